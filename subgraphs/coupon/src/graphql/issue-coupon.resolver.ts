import { payloadOf } from '@shop/subgraph-kit';
import { Arg, Ctx, Directive, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { CouponContext } from '../context.ts';
import { issueCoupon } from '../use-cases/issue-coupon.ts';
import { CouponType } from './coupon.type.ts';
import { CouponEventType } from './coupon-event.type.ts';
import { IssueCouponInput } from './issue-coupon.input.ts';
import { IssueCouponPayload } from './issue-coupon.payload.ts';

@Resolver(() => IssueCouponPayload)
export class IssueCouponResolver {
  @Directive('@authenticated')
  @Mutation(() => IssueCouponPayload, { description: 'Takes a coupon of an event, first come, first served.' })
  issueCoupon(
    @Arg('input', () => IssueCouponInput) input: IssueCouponInput,
    @Ctx() ctx: CouponContext,
  ): Promise<IssueCouponPayload> {
    return payloadOf(IssueCouponPayload, async () => ({
      coupon: CouponType.from(await issueCoupon(ctx, input), ctx.clock.now()),
    }));
  }

  @FieldResolver(() => CouponEventType, { nullable: true, description: 'The event after the coupon went.' })
  async couponEvent(
    @Root() { coupon }: IssueCouponPayload,
    @Ctx() ctx: CouponContext,
  ): Promise<CouponEventType | null> {
    if (!coupon) return null;
    const event = await ctx.loaders.couponEvents.load(coupon.eventId);
    return event && CouponEventType.from(event, ctx.clock.now());
  }
}
