import { newId } from '@shop/kernel';
import type { CouponContext } from '../context.ts';
import { CouponEvent } from '../domain/coupon-event.ts';
import { assertPlan, type CouponEventPlan } from '../domain/coupon-event-plan.ts';

const DEFAULTS = { maxPerUser: 1, minPurchaseAmount: 0, validDays: 30 };

type Optional = keyof typeof DEFAULTS | 'description';
type CreateCouponEvent = Omit<CouponEventPlan, Optional> & { [Field in Optional]?: CouponEventPlan[Field] | null };

export async function createCouponEvent(ctx: CouponContext, input: CreateCouponEvent): Promise<CouponEvent> {
  ctx.viewer.mustBe('ADMIN');
  const plan: CouponEventPlan = {
    ...input,
    description: input.description ?? null,
    maxPerUser: input.maxPerUser ?? DEFAULTS.maxPerUser,
    minPurchaseAmount: input.minPurchaseAmount ?? DEFAULTS.minPurchaseAmount,
    validDays: input.validDays ?? DEFAULTS.validDays,
  };
  assertPlan(plan);
  const event = CouponEvent.planned(newId(), plan, ctx.clock.now());
  await ctx.em.persist(event).flush();
  await ctx.issuer.eventChanged(event);
  return event;
}
