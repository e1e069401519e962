import { isId } from '@shop/kernel';
import { idempotencyKeyOf } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import type { Coupon } from '../domain/coupon.ts';
import { NotIssued } from '../domain/issue.errors.ts';

export async function issueCoupon(
  ctx: CouponContext,
  input: { couponEventId: string; requestId?: string | null },
): Promise<Coupon> {
  const userId = ctx.viewer.mustBeSignedIn();
  const requestId = idempotencyKeyOf(ctx.idempotencyKey, input.requestId, 'requestId');
  if (!isId(input.couponEventId)) throw new NotIssued('COUPON_EVENT_NOT_FOUND');
  const request = { eventId: input.couponEventId, userId, requestId };
  const { coupon, isReplay } = await ctx.issuer.issue(request, ctx.clientAddress);
  if (isReplay) ctx.noteReplay();
  // Another mutation of the same request may have read the event before.
  ctx.loaders.couponEvents.clear(coupon.eventId);
  return coupon;
}
