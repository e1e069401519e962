import type { EntityManager } from '@mikro-orm/mysql';
import { type LateHolds, settleHolds } from '@shop/subgraph-kit';
import { confirmCoupon } from './confirm-coupon.ts';
import { releaseCoupon } from './release-coupon.ts';

/** Settles the coupons of orders whose holds are past their time, as their orders ended. */
export async function settleLateHolds({
  em,
  outcomeOf,
  log,
}: { em: EntityManager } & Pick<LateHolds, 'outcomeOf' | 'log'>): Promise<void> {
  await settleHolds({
    overdue: (atMost) =>
      em.execute<{ orderId: string }[]>(
        `SELECT order_id AS orderId FROM coupon_holds
          WHERE state = 'HELD' AND check_at <= UTC_TIMESTAMP(3) ORDER BY check_at LIMIT ?`,
        [atMost],
      ),
    outcomeOf,
    confirm: (orderId) => confirmCoupon({ em }, { orderId }),
    release: (orderId) => releaseCoupon({ em }, { orderId }),
    askAgainIn: (orderId, seconds) =>
      em.execute('UPDATE coupon_holds SET check_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE order_id = ?', [
        seconds,
        orderId,
      ]),
    log,
  });
}
