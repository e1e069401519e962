import { setTimeout as pause } from 'node:timers/promises';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import type { EventDefinition, EventOf } from './define-event.ts';
import { filterFor } from './event-filter.ts';
import { groupBy } from './group-by.ts';
import { REDRIVEN_FOR } from './marks.ts';
import { createOutageLog } from './outage-log.ts';
import { readEvent } from './read-event.ts';

/** Which events every process hears, and what it does with them. */
export interface BroadcastOptions<D extends EventDefinition> {
  bus: Bus;
  events: readonly D[];
  /** Must be quick and may not depend on seeing every event: there is no retry. */
  handle: (event: EventOf<D>) => void | Promise<void>;
}

const RETRY_MS = 1_000;

/**
 * Shows every event from now on to this process, in order, and to every other process that asks: for caches and flags.
 * After an outage it goes on where it was, as long as the stream still knows; nothing is acknowledged or retried.
 */
export function startBroadcast<D extends EventDefinition>(options: BroadcastOptions<D>): { close(): Promise<void> } {
  const { bus, events, handle } = options;
  const outages = createOutageLog(bus.log);
  const closing = new AbortController();
  const following = new Set<ConsumerMessages>();

  async function follow(stream: string, ofStream: readonly D[]): Promise<void> {
    const trouble = `The events of ${stream} cannot be followed`;
    for (let seen: number | undefined; !closing.signal.aborted; ) {
      try {
        const next = await nextSequence(bus, stream, seen);
        seen = next - 1;
        const messages = await open(bus, stream, ofStream, next);
        following.add(messages);
        outages.ended(trouble);
        if (closing.signal.aborted) messages.stop();
        for await (const message of messages) {
          seen = message.seq;
          await show(message, ofStream);
        }
        following.delete(messages);
      } catch (error) {
        outages.began(trouble, error);
        await pause(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  async function show(message: JsMsg, ofStream: readonly D[]): Promise<void> {
    try {
      // It was seen when it was new.
      if (message.headers?.has(REDRIVEN_FOR)) return;
      const event = readEvent(ofStream, message.subject, message.string());
      if (event !== null) await handle(event);
    } catch (error) {
      bus.log.error({ err: error, sequence: message.seq }, 'An event could not be shown to this process.');
    }
  }

  function stopAll(): void {
    for (const messages of following) messages.stop();
    following.clear();
  }

  // The server may have come back with an empty store, whose sequences begin anew.
  bus.onReconnect(stopAll);
  const byStream = groupBy(events, (event) => event.stream);
  const done = Promise.all(Array.from(byStream, ([stream, ofStream]) => follow(stream, ofStream)));

  return {
    async close() {
      closing.abort();
      stopAll();
      await done;
    },
  };
}

function open<D extends EventDefinition>(
  bus: Bus,
  stream: string,
  events: readonly D[],
  firstSequence: number,
): Promise<ConsumerMessages> {
  return bus.stream.consumers
    .get(stream, { ...filterFor(bus, events), deliver_policy: 'by_start_sequence', opt_start_seq: firstSequence })
    .then((consumer) => consumer.consume());
}

/** Where to go on: after what was seen, or at the beginning of a stream that lost it; at first, with what is new. */
async function nextSequence(bus: Bus, stream: string, seen: number | undefined): Promise<number> {
  const { state } = await bus.admin.streams.info(stream);
  if (seen === undefined) return state.last_seq + 1;
  return seen <= state.last_seq ? seen + 1 : 1;
}
