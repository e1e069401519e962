import type { EntityManager } from '@mikro-orm/mysql';
import type { Logger } from '@shop/service-kit';
import { confirmCoupon } from './confirm-coupon.ts';
import { releaseCoupon } from './release-coupon.ts';

const AT_A_TIME = 100;
const ASK_AGAIN_SECONDS = 5;

export interface LateHolds {
  em: EntityManager;
  /** What has become of an order; null when nobody can say now. */
  outcomeOf(orderId: string): Promise<'COMPLETED' | 'REJECTED' | 'CANCELLED' | 'PENDING' | 'UNKNOWN' | null>;
  log: Logger;
}

/** Asks the order service about holds past their time and does what it says. Without an answer they stay held. */
export async function settleLateHolds({ em, outcomeOf, log }: LateHolds): Promise<void> {
  const late = await em.execute<{ order_id: string }[]>(
    `SELECT order_id FROM coupon_holds WHERE state = 'HELD' AND check_at < UTC_TIMESTAMP(3)
     ORDER BY check_at LIMIT ${AT_A_TIME}`,
  );
  for (const { order_id: orderId } of late) {
    const outcome = await outcomeOf(orderId);
    if (outcome === null || outcome === 'PENDING') {
      await askAgainLater(em, orderId);
      // When nobody answers once, the next question would only wait as long.
      if (outcome === null) return;
      continue;
    }
    try {
      await (outcome === 'COMPLETED' ? confirmCoupon({ em }, { orderId }) : releaseCoupon({ em }, { orderId }));
      log.info({ orderId, outcome }, 'Settled a hold that was past its time.');
    } catch (error) {
      // One that cannot be settled must not keep the others waiting.
      log.error({ err: error, orderId, outcome }, 'A hold past its time cannot be settled; it is tried again.');
      await askAgainLater(em, orderId);
    }
  }
}

async function askAgainLater(em: EntityManager, orderId: string): Promise<void> {
  await em.execute('UPDATE coupon_holds SET check_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE order_id = ?', [
    ASK_AGAIN_SECONDS,
    orderId,
  ]);
}
