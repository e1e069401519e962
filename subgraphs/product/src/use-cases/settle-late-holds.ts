import type { EntityManager } from '@mikro-orm/mysql';
import { type LateHolds, settleHolds } from '@shop/subgraph-kit';
import { confirmStock } from './confirm-stock.ts';
import { releaseStock } from './release-stock.ts';

/** Settles the stock of orders whose holds are past their time, as their orders ended. */
export async function settleLateHolds({
  em,
  outcomeOf,
  log,
}: { em: EntityManager } & Pick<LateHolds, 'outcomeOf' | 'log'>): Promise<void> {
  await settleHolds({
    overdue: (atMost) =>
      em.execute<{ orderId: string }[]>(
        `SELECT order_id AS orderId FROM stock_holds
          WHERE status = 'HELD' AND check_at <= UTC_TIMESTAMP(3) ORDER BY check_at LIMIT ?`,
        [atMost],
      ),
    outcomeOf,
    confirm: (orderId) => confirmStock({ em }, { orderId }),
    release: (orderId) => releaseStock({ em }, { orderId }),
    askAgainIn: (orderId, seconds) =>
      em.execute('UPDATE stock_holds SET check_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE order_id = ?', [
        seconds,
        orderId,
      ]),
    log,
  });
}
