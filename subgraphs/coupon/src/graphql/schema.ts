import { buildSubgraph, type Subgraph } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import { CouponResolver } from './coupon.resolver.ts';
import { CouponType } from './coupon.type.ts';
import { CouponEventResolver } from './coupon-event.resolver.ts';
import { CouponEventType } from './coupon-event.type.ts';
import { CouponSoldOutResolver } from './coupon-sold-out.resolver.ts';
import { IssueCouponResolver } from './issue-coupon.resolver.ts';
import { UserResolver } from './user.resolver.ts';
import { UserType } from './user.type.ts';

// How the gateway learns where a subscription's events come from; docs/architecture.md says what each argument means.
const eventStream = `
extend schema
  @link(url: "https://shopgraph.dev/eventStream/v1.0", import: ["@eventStream"])
  @composeDirective(name: "@eventStream")

enum eventStream__Audience { PUBLIC VIEWER }

directive @eventStream(stream: String!, subject: String!, value: String!, current: String, currentRequired: Boolean = false,
  audience: eventStream__Audience = VIEWER) on FIELD_DEFINITION
`;

export function couponSchema(): Promise<Subgraph> {
  return buildSubgraph<CouponContext>({
    resolvers: [CouponEventResolver, IssueCouponResolver, CouponResolver, UserResolver, CouponSoldOutResolver],
    references: {
      User: async ({ id }) => UserType.of(id),
      CouponEvent: async ({ id }, ctx) => {
        const event = await ctx.couponEvents.load(id);
        return event && CouponEventType.from(event, ctx.clock.now());
      },
      Coupon: async ({ id }, ctx) => {
        const coupon = await ctx.coupons.load(id);
        return coupon && ctx.viewer.maySee(coupon.userId) ? CouponType.from(coupon, ctx.clock.now()) : null;
      },
    },
    sdl: eventStream,
  });
}
