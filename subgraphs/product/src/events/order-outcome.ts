import { OrderOutcome } from '@shop/contracts';
import { type Bus, sendCommand } from '@shop/messaging';
import { type Logger, reasonOf } from '@shop/service-kit';
import type { LateHolds } from '@shop/subgraph-kit';

/** Asks the order service; null when it does not answer, or not in a way that can be read. */
export function askOrderOutcome(bus: Bus, log: Logger): LateHolds['outcomeOf'] {
  return async (orderId) => {
    try {
      return (await sendCommand(bus, OrderOutcome, { orderId })).outcome;
    } catch (error) {
      log.warn({ orderId, reason: reasonOf(error) }, 'The outcome of an order cannot be had; its stock stays held.');
      return null;
    }
  };
}
