import { BadUserInput, Forbidden, isId } from '@shop/kernel';
import { type Connection, connectionOf, pageOf } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import type { Coupon, CouponStatus } from '../domain/coupon.ts';

const order = 'coupons';

/** A user's coupons, for the user and ADMIN; the newest first. */
export async function listUserCoupons(
  ctx: CouponContext,
  userId: string,
  { status, ...args }: { first?: number | null; after?: string | null; status?: CouponStatus | null },
): Promise<Connection<Coupon>> {
  const page = pageOf(args, { order });
  ctx.viewer.mustBeSignedIn();
  if (!ctx.viewer.maySee(userId)) throw new Forbidden("You may not see another user's coupons.");
  const after = page.after === null ? null : String(page.after[0]);
  if (after !== null && !isId(after)) throw new BadUserInput('after', 'after is not a cursor of this list.');
  const query = { userId, status: status ?? null, after, limit: page.limit };
  const found = isId(userId) ? await ctx.loaders.couponPages.load(JSON.stringify(query)) : null;
  return connectionOf(found?.coupons ?? [], page, { order, valuesOf: (coupon) => [coupon.id] });
}
