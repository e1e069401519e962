import { Arg, Ctx, Directive, ID, Query, Resolver, Subscription } from 'type-graphql';
import type { CouponContext } from '../context.ts';
import { CouponSoldOutType } from './coupon-sold-out.type.ts';

@Resolver()
export class CouponSoldOutResolver {
  @Query(() => CouponSoldOutType, {
    nullable: true,
    description: 'The sell-out of an event as it stands; null while there are coupons left, or without an id.',
  })
  async currentCouponSoldOut(
    @Arg('couponEventId', () => ID, { nullable: true, description: 'Which event.' }) couponEventId: string | null,
    @Ctx() ctx: CouponContext,
  ): Promise<CouponSoldOutType | null> {
    const event = couponEventId == null ? null : await ctx.loaders.couponEvents.load(couponEventId);
    if (!event?.isSoldOut() || event.soldOutAt === null) return null;
    return CouponSoldOutType.from(event, event.soldOutAt, ctx.clock.now());
  }

  // The gateway serves it straight from the stream; nothing here is ever called.
  @Subscription(() => CouponSoldOutType, {
    topics: 'coupon.soldout',
    description:
      'The last coupon of an event is gone. A subscriber who names the event and comes after its sell-out gets it at once.',
  })
  @Directive(`@eventStream(stream: "COUPON", subject: "coupon.soldout.{args.couponEventId}",
    value: "{ couponEvent: { id: $eventId }, soldOutAt: $soldOutAt }",
    current: "currentCouponSoldOut(couponEventId: {args.couponEventId})", audience: PUBLIC)`)
  couponSoldOut(
    @Arg('couponEventId', () => ID, { nullable: true, description: 'Which event; all without it.' }) _couponEventId:
      | string
      | null,
  ): CouponSoldOutType {
    throw new Error('Subscriptions are served by the gateway.');
  }
}
