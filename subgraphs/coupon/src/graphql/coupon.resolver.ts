import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { CouponContext } from '../context.ts';
import { CouponType } from './coupon.type.ts';
import { CouponEventType } from './coupon-event.type.ts';
import { UserType } from './user.type.ts';

@Resolver(() => CouponType)
export class CouponResolver {
  @FieldResolver(() => CouponEventType, { description: 'The event it was issued by.' })
  async event(@Root() coupon: CouponType, @Ctx() ctx: CouponContext): Promise<CouponEventType | null> {
    const event = await ctx.loaders.couponEvents.load(coupon.eventId);
    return event && CouponEventType.from(event, ctx.clock.now());
  }

  @FieldResolver(() => UserType, { description: 'Whose it is.' })
  owner(@Root() coupon: CouponType): UserType {
    return UserType.of(coupon.userId);
  }
}
