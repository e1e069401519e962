import { failPoint } from '@shop/service-kit';
import type { DatabaseSession } from './database-session.ts';
import type { OutageLog } from './outage-log.ts';
import { archive, deleteOlderThan, measureOutbox, readPending } from './outbox.ts';
import { createEventPublisher, type PublishResult } from './publish-events.ts';
import type { RelayOptions } from './relay.ts';

const BATCH = 256;
const MEASURE_EVERY_MS = 5_000;
const CLEAN_UP_EVERY_MS = 3_600_000;
const NO_ANSWER = 'JetStream does not acknowledge events';

/** One walk of the relay over the whole outbox, and the housekeeping that is due beside it. */
export function createRelayPass(
  { bus, metrics, keepDays = 30 }: RelayOptions,
  outages: OutageLog,
  closing: AbortSignal,
): (session: DatabaseSession) => Promise<void> {
  const publisher = createEventPublisher(bus);
  const pending = metrics.gauge('shop_outbox_pending', 'Events committed and not yet published.');
  const lag = metrics.gauge('shop_outbox_lag_seconds', 'Age of the oldest event not yet published.');
  const published = metrics.counter('shop_outbox_published_total', 'Events published, by type.', ['type']);
  const failed = metrics.counter('shop_outbox_failures_total', 'Failed attempts to publish, by type.', ['type']);
  const delay = metrics.histogram('shop_outbox_delay_seconds', 'From the record of an event to its publication.');

  const measureWhenDue = every(MEASURE_EVERY_MS, async (session) => {
    const outbox = await measureOutbox(session);
    pending.set(outbox.pending);
    lag.set(outbox.lagMs / 1_000);
  });
  // The events of now do not wait until those of a month ago are gone, and neither does who closes.
  const cleanUpWhenDue = every(CLEAN_UP_EVERY_MS, (session) =>
    deleteOlderThan(session, keepDays, async () => {
      closing.throwIfAborted();
      await publishAll(session);
    }),
  );

  function report(result: PublishResult): void {
    for (const event of result.published) {
      published.inc({ type: event.type });
      delay.observe(event.ageMs / 1_000);
      outages.ended(`${event.wireSubject} cannot be published`);
    }
    for (const { event, error } of result.failures) {
      failed.inc({ type: event.type });
      outages.began(result.outage ? NO_ANSWER : `${event.wireSubject} cannot be published`, error);
    }
    if (result.published.length > 0 && !result.outage) outages.ended(NO_ANSWER);
  }

  // Every walk begins at the first row: a transaction with a low id may commit after one with a higher id.
  async function publishAll(session: DatabaseSession): Promise<void> {
    const stopped = new Set<string>();
    for (let cursor = 0; bus.ready() === null; ) {
      const events = await readPending(session, cursor, BATCH);
      const result = await publisher.publish(events.filter((event) => !stopped.has(event.aggregateId)));
      failPoint('relay.published');
      if (result.published.length > 0) await archive(session, result.published);
      report(result);
      for (const aggregate of result.stopped) stopped.add(aggregate);
      const last = events.at(-1);
      if (last === undefined || events.length < BATCH || result.outage) return;
      cursor = last.id;
    }
  }

  return async (session) => {
    await publishAll(session);
    await measureWhenDue(session);
    await cleanUpWhenDue(session);
  };
}

function every(ms: number, work: (session: DatabaseSession) => Promise<void>) {
  let dueAt = 0;
  return async (session: DatabaseSession): Promise<void> => {
    if (performance.now() < dueAt) return;
    await work(session);
    dueAt = performance.now() + ms;
  };
}
