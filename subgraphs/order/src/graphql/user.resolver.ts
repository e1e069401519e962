import { type Connection, mapConnection } from '@shop/subgraph-kit';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { OrderContext } from '../context.ts';
import { listOrders } from '../use-cases/list-orders.ts';
import { OrderConnectionType, OrderType } from './order.type.ts';
import { UserType } from './user.type.ts';

@Resolver(() => UserType)
export class UserResolver {
  @FieldResolver(() => OrderConnectionType, { description: 'The orders of the viewer, newest first.' })
  async orders(
    @Root() { id }: UserType,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: '1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'A cursor.' }) after: string | null,
    @Ctx() ctx: OrderContext,
  ): Promise<Connection<OrderType>> {
    return mapConnection(await listOrders(ctx, id, { first, after }), (order) =>
      OrderType.from(order, { isListed: true }),
    );
  }
}
