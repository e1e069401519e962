import { transactional } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import { moveCouponHold } from './move-coupon-hold.ts';

/** The order is cancelled: its owner has the coupon back, once, unless it has expired meanwhile. */
export function restoreCoupon(
  ctx: Pick<CouponContext, 'em'>,
  { orderId }: { orderId: string },
): Promise<'RESTORED' | 'EXPIRED' | 'NOT_CONFIRMED'> {
  return transactional(ctx.em, async (em) => {
    const { moved, state } = await moveCouponHold(em, orderId, 'CONFIRMED', 'RESTORED');
    if (!moved) return state === 'RESTORED' || state === 'EXPIRED' ? state : 'NOT_CONFIRMED';
    const { affectedRows } = await em.execute<{ affectedRows: number }>(
      `UPDATE coupons JOIN coupon_holds ON coupon_holds.coupon_id = coupons.id
       SET coupons.status = 'ACTIVE', coupons.order_id = NULL, used_at = NULL
       WHERE coupon_holds.order_id = ? AND coupons.order_id = ? AND coupons.status = 'USED'
         AND coupons.expires_at > UTC_TIMESTAMP(3)`,
      [orderId, orderId],
      'run',
    );
    if (affectedRows > 0) return 'RESTORED';
    await moveCouponHold(em, orderId, 'RESTORED', 'EXPIRED');
    return 'EXPIRED';
  });
}
