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

/** What is left after a walk over the outbox: nothing for now, more at once, or all of it, as NATS does not answer. */
export type WalkEnd = 'DONE' | 'MORE' | 'NO_ANSWER';

/** What the holder of the lock does again and again. */
export interface RelayPass {
  /** One walk over the outbox, and the housekeeping that is due beside it. */
  walk(session: DatabaseSession): Promise<WalkEnd>;
  /** Has the metrics of this process say nothing of an outbox that another one looks after. */
  leave(): void;
}

/** Makes the walks of one relay. */
export function createRelayPass(
  { bus, metrics, keepDays = 30, longestWalkMs = 1_000 }: RelayOptions,
  outages: OutageLog,
  closing: AbortSignal,
): RelayPass {
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
  const cleanUpWhenDue = every(CLEAN_UP_EVERY_MS, (session) => {
    let isAnswered = true;
    return deleteOlderThan(session, keepDays, async () => {
      closing.throwIfAborted();
      if (isAnswered) isAnswered = (await publishAll(session)) !== 'NO_ANSWER';
    });
  });

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

  // Every walk begins at the first row: a transaction with a low id may commit after one with a higher id. So a flood
  // must not keep a walk from its end; what can be published is behind what cannot, so something must have been.
  async function publishAll(session: DatabaseSession): Promise<WalkEnd> {
    const stopped = new Set<string>();
    const endsAt = performance.now() + longestWalkMs;
    let isOfUse = false;
    for (let cursor = 0; bus.ready() === null; ) {
      const events = await readPending(session, cursor, BATCH);
      const result = await publisher.publish(events.filter((event) => !stopped.has(event.aggregateId)));
      failPoint('relay.published');
      if (result.published.length > 0) await archive(session, result.published);
      report(result);
      isOfUse ||= result.published.length > 0;
      for (const aggregate of result.stopped) stopped.add(aggregate);
      if (result.outage) return isOfUse ? 'DONE' : 'NO_ANSWER';
      const last = events.at(-1);
      if (last === undefined || events.length < BATCH) return 'DONE';
      if (closing.aborted || (isOfUse && performance.now() > endsAt)) return 'MORE';
      cursor = last.id;
    }
    return 'NO_ANSWER';
  }

  return {
    async walk(session) {
      const end = await publishAll(session);
      await measureWhenDue(session);
      await cleanUpWhenDue(session);
      return end;
    },
    leave() {
      pending.set(0);
      lag.set(0);
    },
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
