import type { EntityManager } from '@mikro-orm/mysql';
import type { CouponHoldState } from '../domain/coupon-hold.ts';

/** Moves the hold of an order on if it is in `from`; says where it is now, and whether this call moved it. */
export async function moveCouponHold(
  em: EntityManager,
  orderId: string,
  from: CouponHoldState,
  to: CouponHoldState,
): Promise<{ moved: boolean; state: CouponHoldState | null }> {
  for (;;) {
    const { affectedRows } = await em.execute<{ affectedRows: number }>(
      'UPDATE coupon_holds SET state = ? WHERE order_id = ? AND state = ?',
      [to, orderId, from],
      'run',
    );
    if (affectedRows > 0) return { moved: true, state: to };
    const [hold] = await em.execute<{ state: CouponHoldState }[]>('SELECT state FROM coupon_holds WHERE order_id = ?', [
      orderId,
    ]);
    // It came to `from` between the two: left there, it would be held by an order that was told it is not.
    if (hold?.state !== from) return { moved: false, state: hold?.state ?? null };
  }
}
