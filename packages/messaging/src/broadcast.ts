import { setTimeout as pause } from 'node:timers/promises';
import type { ConsumerMessages } from '@nats-io/jetstream';
import type { Logger } from '@shop/service-kit';
import type { Bus } from './bus.ts';
import type { EventDefinition, EventOf } from './define-event.ts';
import { groupBy } from './group-by.ts';
import { createOutageLog } from './outage-log.ts';
import { readEvent } from './read-event.ts';

export interface BroadcastOptions<D extends EventDefinition> {
  bus: Bus;
  events: readonly D[];
  /** Must be quick and may not depend on seeing every event: there is no retry. */
  handle: (event: EventOf<D>) => void | Promise<void>;
  log: Logger;
}

const RETRY_MS = 1_000;

/**
 * Shows every event from now on to this process, in order, and to every other process that asks: for caches and flags.
 * After an outage it goes on where it was, as long as the stream still knows; nothing is acknowledged or retried.
 */
export function startBroadcast<D extends EventDefinition>(options: BroadcastOptions<D>): { close(): Promise<void> } {
  const { bus, events, handle, log } = options;
  const outages = createOutageLog(log);
  const closing = new AbortController();
  const open = new Set<ConsumerMessages>();

  async function follow(stream: string, ofStream: readonly D[]): Promise<void> {
    const trouble = `The events of ${stream} cannot be followed`;
    while (!closing.signal.aborted) {
      try {
        const consumer = await bus.stream.consumers.get(stream, {
          filter_subjects: ofStream.map((event) => event.pattern),
          deliver_policy: 'new',
        });
        const messages = await consumer.consume();
        open.add(messages);
        outages.ended(trouble);
        if (closing.signal.aborted) messages.stop();
        for await (const message of messages) await show(message.string(), ofStream);
      } catch (error) {
        outages.began(trouble, error);
      }
      await pause(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  async function show(json: string, ofStream: readonly D[]): Promise<void> {
    try {
      await handle(readEvent(ofStream, json));
    } catch (error) {
      log.error({ err: error }, 'An event could not be shown to this process.');
    }
  }

  const byStream = groupBy(events, (event) => event.stream);
  const following = Promise.all(Array.from(byStream, ([stream, ofStream]) => follow(stream, ofStream)));

  return {
    async close() {
      closing.abort();
      for (const messages of open) messages.stop();
      await following;
    },
  };
}
