import { type Envelope, RetryLater } from '@shop/messaging';
import type { Logger, Metrics } from '@shop/service-kit';
import type { DataPlatform } from './data-platform.ts';
import type { Deliveries } from './delivered.ts';
import { PlatformAway } from './platform.errors.ts';

export interface DeliveryContext {
  delivered: Deliveries;
  platform: DataPlatform;
  log: Logger;
  metrics: Metrics;
}

const longestPauseMs = 2_000;

/**
 * Makes the handler that brings an event to the data platform. The inbox is asked before the call and written after it, never
 * in one transaction around it: nothing is locked while somebody else takes their time. A death in between repeats the
 * delivery under the same Idempotency-Key.
 */
export function createDeliverEvent({ delivered, platform, log, metrics }: DeliveryContext) {
  const deliveries = metrics.counter('shop_data_platform_deliveries_total', 'Events brought to the data platform.', [
    'type',
    'outcome',
  ]);

  return async function deliverEvent(event: Envelope): Promise<void> {
    const count = (outcome: string): void => deliveries.inc({ type: event.type, outcome });
    const known = await delivered.has(event.id).catch((error: unknown) => {
      log.warn({ err: error, eventId: event.id }, 'The inbox cannot be read; the event is put off.');
      throw later(error);
    });
    if (known) return count('known');
    try {
      await platform.deliver(event);
    } catch (error) {
      const isAway = error instanceof PlatformAway;
      count(isAway ? 'put-off' : 'failed');
      throw isAway ? later(error) : error;
    }
    count('delivered');
    await delivered.add(event.id).catch((error: unknown) => {
      // It is delivered: trying again for the sake of a note would only deliver it twice.
      log.warn({ err: error, eventId: event.id }, 'A delivery could not be noted.');
    });
  };

  /** An outage, of the platform or of the database, is never the event's fault. */
  function later(cause: unknown): RetryLater {
    return new RetryLater(platform.pausedForMs() + Math.ceil(Math.random() * longestPauseMs), { cause });
  }
}
