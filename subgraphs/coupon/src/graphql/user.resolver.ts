import { type Connection, mapConnection } from '@shop/subgraph-kit';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { CouponContext } from '../context.ts';
import type { CouponStatus } from '../domain/coupon.ts';
import { listUserCoupons } from '../use-cases/list-user-coupons.ts';
import { CouponConnectionType, CouponStatusEnum, CouponType } from './coupon.type.ts';
import { UserType } from './user.type.ts';

@Resolver(() => UserType)
export class UserResolver {
  @FieldResolver(() => CouponConnectionType, {
    description: "The user's coupons, the newest first; for the user and ADMIN.",
  })
  async coupons(
    @Root() user: UserType,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: '1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor to go on from.' }) after: string | null,
    @Arg('status', () => CouponStatusEnum, { nullable: true, description: 'Only those that stand so.' })
    status: CouponStatus | null,
    @Ctx() ctx: CouponContext,
  ): Promise<Connection<CouponType>> {
    const coupons = await listUserCoupons(ctx, user.id, { first, after, status });
    return mapConnection(coupons, (coupon) => CouponType.from(coupon, ctx.clock.now()));
  }
}
