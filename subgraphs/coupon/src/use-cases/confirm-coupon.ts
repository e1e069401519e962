import { transactional } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import { isConfirmed } from '../domain/coupon-hold.ts';
import { moveCouponHold } from './move-coupon-hold.ts';

/** The order is paid: the coupon held for it is used. */
export function confirmCoupon(
  ctx: Pick<CouponContext, 'em'>,
  { orderId }: { orderId: string },
): Promise<'CONFIRMED' | 'NOT_HELD'> {
  return transactional(ctx.em, async (em) => {
    const { moved, state } = await moveCouponHold(em, orderId, 'HELD', 'CONFIRMED');
    if (!moved) return isConfirmed(state) ? 'CONFIRMED' : 'NOT_HELD';
    await em.execute(
      `UPDATE coupons JOIN coupon_holds ON coupon_holds.coupon_id = coupons.id
       SET coupons.status = 'USED', used_at = UTC_TIMESTAMP(3)
       WHERE coupon_holds.order_id = ? AND coupons.order_id = ? AND coupons.status = 'HELD'`,
      [orderId, orderId],
    );
    return 'CONFIRMED';
  });
}
