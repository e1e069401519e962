import type { EntityManager } from '@mikro-orm/mysql';
import { transactional } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import { isConfirmed } from '../domain/coupon-hold.ts';
import { moveCouponHold } from './move-coupon-hold.ts';

/** The order came to nothing: its coupon can be used again. Before the hold, a tombstone keeps the late hold out. */
export function releaseCoupon(
  ctx: Pick<CouponContext, 'em'>,
  { orderId }: { orderId: string },
): Promise<'RELEASED' | 'ALREADY_CONFIRMED'> {
  return transactional(ctx.em, async (em) => {
    let { moved, state } = await moveCouponHold(em, orderId, 'HELD', 'RELEASED');
    if (state === null) {
      if (await leaveTombstone(em, orderId)) return 'RELEASED';
      // The hold came in between.
      ({ moved, state } = await moveCouponHold(em, orderId, 'HELD', 'RELEASED'));
    }
    if (!moved) return isConfirmed(state) ? 'ALREADY_CONFIRMED' : 'RELEASED';
    await em.execute(
      `UPDATE coupons JOIN coupon_holds ON coupon_holds.coupon_id = coupons.id
       SET coupons.status = 'ACTIVE', coupons.order_id = NULL
       WHERE coupon_holds.order_id = ? AND coupons.order_id = ? AND coupons.status = 'HELD'`,
      [orderId, orderId],
    );
    return 'RELEASED';
  });
}

async function leaveTombstone(em: EntityManager, orderId: string): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO coupon_holds (order_id, state, check_at) VALUES (?, 'RELEASED', UTC_TIMESTAMP(3))`,
    [orderId],
    'run',
  );
  return affectedRows > 0;
}
