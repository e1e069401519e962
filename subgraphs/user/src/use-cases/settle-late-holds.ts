import type { EntityManager } from '@mikro-orm/mysql';
import { type LateHolds, settleHolds } from '@shop/subgraph-kit';
import { confirmPoints } from './confirm-points.ts';
import { releasePoints } from './release-points.ts';

/** Settles the points of orders whose holds are past their time, as their orders ended. */
export async function settleLateHolds({
  em,
  outcomeOf,
  log,
}: { em: EntityManager } & Pick<LateHolds, 'outcomeOf' | 'log'>): Promise<void> {
  await settleHolds({
    overdue: (atMost) =>
      em.execute<{ orderId: string }[]>(
        `SELECT order_id AS orderId FROM point_transfers
          WHERE state = 'PENDING' AND expires_at <= UTC_TIMESTAMP(3) ORDER BY expires_at LIMIT ?`,
        [atMost],
      ),
    outcomeOf,
    confirm: (orderId) => confirmPoints({ em }, { orderId }),
    release: (orderId) => releasePoints({ em }, { orderId }),
    // The transfer gets more time, unless somebody has settled it meanwhile: what is settled has none.
    askAgainIn: (orderId, seconds) =>
      em.execute(
        `UPDATE point_transfers SET expires_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND
          WHERE order_id = ? AND kind = 'SPEND' AND state = 'PENDING'`,
        [seconds, orderId],
      ),
    log,
  });
}
