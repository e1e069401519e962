import { buildSubgraph, eventStreamDirective, eventStreamLink, type Subgraph } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import { CouponResolver } from './coupon.resolver.ts';
import { CouponType } from './coupon.type.ts';
import { CouponEventResolver } from './coupon-event.resolver.ts';
import { CouponEventType } from './coupon-event.type.ts';
import { CouponIssuedResolver } from './coupon-issued.resolver.ts';
import { CouponSoldOutResolver } from './coupon-sold-out.resolver.ts';
import { IssueCouponResolver } from './issue-coupon.resolver.ts';
import { UserResolver } from './user.resolver.ts';
import { UserType } from './user.type.ts';

export function couponSchema(): Promise<Subgraph> {
  return buildSubgraph<CouponContext>({
    resolvers: [
      CouponEventResolver,
      IssueCouponResolver,
      CouponResolver,
      UserResolver,
      CouponSoldOutResolver,
      CouponIssuedResolver,
    ],
    references: {
      User: async ({ id }) => UserType.of(id),
      CouponEvent: async ({ id }, ctx) => {
        const event = await ctx.loaders.couponEvents.load(id);
        return event && CouponEventType.from(event, ctx.clock.now());
      },
      Coupon: async ({ id }, ctx) => {
        const coupon = await ctx.loaders.coupons.load(id);
        return coupon && ctx.viewer.maySee(coupon.userId) ? CouponType.from(coupon, ctx.clock.now()) : null;
      },
    },
    directives: [eventStreamDirective],
    sdl: eventStreamLink,
  });
}
