import { type Logger, reasonOf } from '@shop/service-kit';

/** What has become of an order, as its service tells whoever holds something for it. */
export type OrderOutcome = 'COMPLETED' | 'REJECTED' | 'CANCELLED' | 'PENDING' | 'UNKNOWN';

/** Holds past their time, and what can be done with each. */
export interface LateHolds {
  /** The orders whose holds are past their time, the one that waits longest first. */
  orderIds: readonly string[];
  /** Throws when nobody can say now. */
  outcomeOf(orderId: string): Promise<OrderOutcome>;
  confirm(orderId: string): Promise<unknown>;
  release(orderId: string): Promise<unknown>;
  /** Puts the hold behind the others. */
  askAgainLater(orderId: string): Promise<unknown>;
  log: Logger;
}

/**
 * Asks what has become of orders whose holds are past their time, and confirms or releases accordingly. Time alone never
 * gives a hold back: without an answer it stays held, so that a confirm never finds its hold gone.
 */
export async function settleHolds({
  orderIds,
  outcomeOf,
  confirm,
  release,
  askAgainLater,
  log,
}: LateHolds): Promise<void> {
  for (const orderId of orderIds) {
    const outcome = await outcomeOf(orderId).catch((error: unknown) => {
      log.warn({ orderId, reason: reasonOf(error) }, 'The outcome of an order cannot be had; its hold stays.');
      return null;
    });
    if (outcome === null || outcome === 'PENDING') {
      await askAgainLater(orderId);
      // Whoever could not answer for one order cannot answer for the others.
      if (outcome === null) return;
      continue;
    }
    try {
      await (outcome === 'COMPLETED' ? confirm(orderId) : release(orderId));
      log.info({ orderId, outcome }, 'Settled a hold that was past its time.');
    } catch (error) {
      // One that cannot be settled must not keep the others waiting.
      log.error({ err: error, orderId, outcome }, 'A hold past its time cannot be settled; it is tried again.');
      await askAgainLater(orderId);
    }
  }
}
