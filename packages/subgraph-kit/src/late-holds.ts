import { type Logger, reasonOf } from '@shop/service-kit';

/** What has become of an order, as its service tells whoever holds something for it. */
export type OrderOutcome = 'COMPLETED' | 'REJECTED' | 'CANCELLED' | 'PENDING' | 'UNKNOWN';

/** Holds past their time, and what can be done with each. */
export interface LateHolds {
  /** The orders whose holds are past their time, the one that waits longest first, and so many at most. */
  overdue(atMost: number): Promise<readonly { orderId: string }[]>;
  /** Throws when nobody can say now. */
  outcomeOf(orderId: string): Promise<OrderOutcome>;
  confirm(orderId: string): Promise<unknown>;
  release(orderId: string): Promise<unknown>;
  /** Puts the hold behind the others: its time is over again after so many seconds. */
  askAgainIn(orderId: string, seconds: number): Promise<unknown>;
  log: Logger;
}

const AT_A_TIME = 100;
const ASK_AGAIN_SECONDS = 5;

/**
 * Asks what has become of orders whose holds are past their time, and confirms or releases accordingly. Time alone never
 * gives a hold back: without an answer it stays held, so that a confirm never finds its hold gone.
 */
export async function settleHolds({ overdue, outcomeOf, confirm, release, askAgainIn, log }: LateHolds): Promise<void> {
  for (const { orderId } of await overdue(AT_A_TIME)) {
    const outcome = await outcomeOf(orderId).catch((error: unknown) => {
      log.warn({ orderId, reason: reasonOf(error) }, 'The outcome of an order cannot be had; its hold stays.');
      return null;
    });
    if (outcome === null || outcome === 'PENDING') {
      await askAgainIn(orderId, ASK_AGAIN_SECONDS);
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
      await askAgainIn(orderId, ASK_AGAIN_SECONDS);
    }
  }
}
