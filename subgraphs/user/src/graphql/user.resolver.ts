import { SafeIntScalar } from '@shop/subgraph-kit';
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { UserContext } from '../context.ts';
import { findMe, findUser } from '../use-cases/find-user.ts';
import { listPointEntries } from '../use-cases/list-point-entries.ts';
import { PointEntryConnectionType } from './point-entry.type.ts';
import { UserType } from './user.type.ts';

@Resolver(() => UserType)
export class UserResolver {
  @Query(() => UserType, { nullable: true, description: 'Who the token belongs to; null when not signed in.' })
  async me(@Ctx() ctx: UserContext) {
    const user = await findMe(ctx);
    return user && UserType.from(user);
  }

  @Query(() => UserType, { nullable: true, description: "Yourself, or anybody for an ADMIN; another's is null." })
  async user(@Arg('id', () => ID, { description: 'Whose account.' }) id: string, @Ctx() ctx: UserContext) {
    const user = await findUser(ctx, id);
    return user && UserType.from(user);
  }

  @FieldResolver(() => SafeIntScalar, { description: 'What can be spent now: the balance without what is held.' })
  async points(@Root() { id }: UserType, @Ctx() ctx: UserContext) {
    return (await ctx.loaders.spendable.load(id))?.spendable ?? 0;
  }

  @FieldResolver(() => PointEntryConnectionType, { description: 'The ledger, newest first.' })
  pointHistory(
    @Root() { id }: UserType,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: '1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor to go on from.' }) after: string | null,
    @Ctx() ctx: UserContext,
  ) {
    return listPointEntries(ctx, id, { first, after });
  }
}
