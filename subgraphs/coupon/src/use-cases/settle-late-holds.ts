import type { EntityManager } from '@mikro-orm/mysql';
import { confirmCoupon } from './confirm-coupon.ts';
import { releaseCoupon } from './release-coupon.ts';

const AT_A_TIME = 100;
const ASK_AGAIN_SECONDS = 5;

export interface LateHolds {
  em: EntityManager;
  /** What has become of an order; null when nobody can say now. */
  outcomeOf(orderId: string): Promise<'COMPLETED' | 'REJECTED' | 'CANCELLED' | 'PENDING' | 'UNKNOWN' | null>;
}

/** Asks the order service about holds past their time and does what it says. Without an answer they stay held. */
export async function settleLateHolds({ em, outcomeOf }: LateHolds): Promise<void> {
  const late = await em.execute<{ order_id: string }[]>(
    `SELECT order_id FROM coupon_holds WHERE state = 'HELD' AND check_at < UTC_TIMESTAMP(3)
     ORDER BY check_at LIMIT ${AT_A_TIME}`,
  );
  for (const { order_id: orderId } of late) {
    const outcome = await outcomeOf(orderId);
    if (outcome === 'COMPLETED') await confirmCoupon({ em }, { orderId });
    else if (outcome === null || outcome === 'PENDING') await askAgainLater(em, orderId);
    else await releaseCoupon({ em }, { orderId });
    // When nobody answers once, the next question would only wait as long.
    if (outcome === null) return;
  }
}

async function askAgainLater(em: EntityManager, orderId: string): Promise<void> {
  await em.execute('UPDATE coupon_holds SET check_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE order_id = ?', [
    ASK_AGAIN_SECONDS,
    orderId,
  ]);
}
