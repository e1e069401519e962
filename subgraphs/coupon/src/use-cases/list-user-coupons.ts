import { BadUserInput, Forbidden, isId } from '@shop/kernel';
import type { Page } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import type { Coupon, CouponStatus } from '../domain/coupon.ts';

/** A user's coupons, for the user and ADMIN; the newest first. */
export async function listUserCoupons(
  ctx: CouponContext,
  { userId, page, status }: { userId: string; page: Page; status: CouponStatus | null | undefined },
): Promise<Coupon[]> {
  ctx.viewer.mustBeSignedIn();
  if (!ctx.viewer.maySee(userId)) throw new Forbidden("You may not see another user's coupons.");
  const after = page.after === null ? null : String(page.after[0]);
  if (after !== null && !isId(after)) throw new BadUserInput('after', 'after is not a cursor of this list.');
  if (!isId(userId)) return [];
  const query = { userId, status: status ?? null, after, limit: page.limit };
  return (await ctx.loaders.couponPages.load(JSON.stringify(query)))?.coupons ?? [];
}
