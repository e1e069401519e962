import type { EntityManager } from '@mikro-orm/mysql';
import { type LateHolds, settleHolds } from '@shop/subgraph-kit';
import { confirmStock } from './confirm-stock.ts';
import { releaseStock } from './release-stock.ts';

const AT_A_TIME = 100;
const ASK_AGAIN_SECONDS = 5;

/** Settles the stock of orders whose holds are past their time, as their orders ended. */
export async function settleLateHolds({
  em,
  outcomeOf,
  log,
}: { em: EntityManager } & Pick<LateHolds, 'outcomeOf' | 'log'>): Promise<void> {
  const late = await em.execute<{ orderId: string }[]>(
    `SELECT order_id AS orderId FROM stock_holds
      WHERE status = 'HELD' AND check_at <= UTC_TIMESTAMP(3) ORDER BY check_at LIMIT ${AT_A_TIME}`,
  );
  await settleHolds({
    orderIds: late.map(({ orderId }) => orderId),
    outcomeOf,
    confirm: (orderId) => confirmStock({ em }, { orderId }),
    release: (orderId) => releaseStock({ em }, { orderId }),
    askAgainLater: (orderId) =>
      em.execute('UPDATE stock_holds SET check_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE order_id = ?', [
        ASK_AGAIN_SECONDS,
        orderId,
      ]),
    log,
  });
}
