import type { EntityManager } from '@mikro-orm/mysql';
import type { Logger } from '@shop/service-kit';
import { confirmStock } from './confirm-stock.ts';
import { releaseStock } from './release-stock.ts';

export type OrderOutcome = 'COMPLETED' | 'REJECTED' | 'CANCELLED' | 'PENDING' | 'UNKNOWN';

export interface LateHolds {
  em: EntityManager;
  /** What has become of an order; null when nobody can say now. */
  outcomeOf(orderId: string): Promise<OrderOutcome | null>;
  log: Logger;
}

const AT_A_TIME = 100;
const ASK_AGAIN_SECONDS = 5;

/**
 * Asks what has become of the orders whose holds are past their time, and confirms or releases accordingly. Time alone
 * never gives a hold back: without an answer it stays held, so that a confirm never finds its hold gone.
 */
export async function settleLateHolds({ em, outcomeOf, log }: LateHolds): Promise<void> {
  const late = await em.execute<{ orderId: string }[]>(
    `SELECT order_id AS orderId FROM stock_holds
      WHERE status = 'HELD' AND check_at <= UTC_TIMESTAMP(3) ORDER BY check_at LIMIT ${AT_A_TIME}`,
  );
  for (const { orderId } of late) {
    const outcome = await outcomeOf(orderId);
    if (outcome === null || outcome === 'PENDING') {
      await askAgainLater(em, orderId);
      // Whoever could not answer for one order cannot answer for the others.
      if (outcome === null) return;
      continue;
    }
    try {
      await (outcome === 'COMPLETED' ? confirmStock({ em }, { orderId }) : releaseStock({ em }, { orderId }));
      log.info({ orderId, outcome }, 'Settled a hold that was past its time.');
    } catch (error) {
      // One that cannot be settled must not keep the others waiting.
      log.error({ err: error, orderId, outcome }, 'A hold past its time cannot be settled; it is tried again.');
      await askAgainLater(em, orderId);
    }
  }
}

async function askAgainLater(em: EntityManager, orderId: string): Promise<void> {
  await em.execute('UPDATE stock_holds SET check_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE order_id = ?', [
    ASK_AGAIN_SECONDS,
    orderId,
  ]);
}
