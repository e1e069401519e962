import { setTimeout as pause } from 'node:timers/promises';
import { type Consumer, type ConsumerMessages, JetStreamApiError, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Logger, Metrics } from '@shop/service-kit';
import { createAttemptsMemory } from './attempts.ts';
import type { Bus } from './bus.ts';
import type { EventDefinition, EventOf } from './define-event.ts';
import { ACK_WAIT_MS, createDelivery } from './delivery.ts';
import { filterFor } from './event-filter.ts';
import { createOutageLog } from './outage-log.ts';

/** Which events of a stream are consumed, under which name, and how patiently. */
export interface ConsumerOptions<D extends EventDefinition = EventDefinition> {
  bus: Bus;
  stream: string;
  /** Names the consumer; processes that share it share the work. Two different jobs never share one. */
  durable: string;
  events: readonly D[];
  /** Takes effect from one event, perhaps more than once: put the effect into `withInbox`, or make it idempotent. */
  handle: (event: EventOf<D>) => Promise<void>;
  log: Logger;
  metrics: Metrics;
  /** How long to leave a message alone after its first, second, … failure; the last one repeats. */
  backoffMs?: readonly number[];
  /** After so many failures (a RetryLater is none) the message becomes a dead letter; 8 by default. */
  maxAttempts?: number;
  /** After so many deliveries that the process did not survive the message becomes a dead letter; 5 by default. */
  maxDeaths?: number;
  /** How long after a process dies its messages are delivered to another; 30 s by default. */
  ackWaitMs?: number;
  /** How many messages this process handles at a time; 1 keeps them in order as long as none fails. */
  concurrency?: number;
  /** Asked before messages are fetched: for so many milliseconds none are; 0 means go on. */
  pausedForMs?: () => number;
}

const PULL_MS = 5_000;
const LONGEST_PAUSE_MS = 1_000;
// https://github.com/nats-io/nats-server/blob/main/server/errors.json: consumer exists, with another configuration.
const ALREADY_EXISTS = [10_105, 10_148];

/**
 * Handles the events of a stream, each at least once, in a durable pull consumer. A failure is tried again with
 * back-off, then becomes a dead letter; so does a message whose handling ends the process again and again, and one that
 * cannot be read at once. An outage (RetryLater) never makes one, however long. NATS may restart and the consumer may be
 * deleted: it is made again, and what it had not acknowledged comes again.
 */
export function startConsumer<D extends EventDefinition>(options: ConsumerOptions<D>): { close(): Promise<void> } {
  const { bus, stream, durable, log, concurrency = 1, pausedForMs = () => 0 } = options;
  const outages = createOutageLog(log);
  const trouble = `Consumer ${durable} cannot read ${stream}`;
  const memory = createAttemptsMemory(bus, durable);
  const deliver = createDelivery(options, memory);
  const closing = new AbortController();
  const pulls = new Set<ConsumerMessages>();
  const inHand = new Set<Promise<void>>();
  let placeLeft: () => void = () => undefined;

  async function work(): Promise<void> {
    for (let consumer: Consumer | undefined; !closing.signal.aborted; ) {
      try {
        if (consumer === undefined) {
          await memory.ensure();
          consumer = await ensureConsumer(options);
        }
        const pausedMs = pausedForMs();
        if (pausedMs > 0) await pause(Math.min(pausedMs, LONGEST_PAUSE_MS), undefined, { signal: closing.signal });
        else await pull(consumer, await freePlaces());
        outages.ended(trouble);
      } catch (error) {
        if (closing.signal.aborted) return;
        outages.began(trouble, error);
        consumer = undefined;
        await pause(LONGEST_PAUSE_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  /** How many messages may be taken in hand, once half of the places are free: a pull for each would cost more than they do. */
  async function freePlaces(): Promise<number> {
    while (inHand.size > concurrency / 2) {
      await new Promise<void>((resolve) => {
        placeLeft = resolve;
      });
    }
    return concurrency - inHand.size;
  }

  async function pull(consumer: Consumer, places: number): Promise<void> {
    const messages = await consumer.fetch({ max_messages: places, expires: PULL_MS });
    pulls.add(messages);
    try {
      if (closing.signal.aborted) messages.stop();
      for await (const message of messages) {
        const handled = handleOne(message).finally(() => {
          inHand.delete(handled);
          placeLeft();
        });
        inHand.add(handled);
      }
    } finally {
      pulls.delete(messages);
    }
  }

  /** Handles a message to its end; never rejects. One that was put off keeps its place for a while: the next would meet the same. */
  async function handleOne(message: JsMsg): Promise<void> {
    try {
      const restMs = await deliver(message);
      if (restMs > 0) await pause(Math.min(restMs, LONGEST_PAUSE_MS), undefined, { signal: closing.signal });
    } catch (error) {
      if (!closing.signal.aborted) outages.began(trouble, error);
    }
  }

  // A pull from before the outage is forgotten by the server, and would only be missed after its time.
  bus.onReconnect(() => {
    for (const messages of pulls) messages.stop();
  });
  const working = work();

  return {
    async close() {
      closing.abort();
      for (const messages of pulls) messages.stop();
      await working;
      await Promise.all(inHand);
    },
  };
}

async function ensureConsumer({
  bus,
  stream,
  durable,
  events,
  ackWaitMs = ACK_WAIT_MS,
}: ConsumerOptions): Promise<Consumer> {
  const filter = filterFor(bus, events);
  try {
    await bus.admin.consumers.add(stream, {
      ...filter,
      durable_name: durable,
      ack_policy: 'explicit',
      ack_wait: nanos(ackWaitMs),
      // Failures are counted here, where an outage of what the handler needs can be told apart from them.
      max_deliver: -1,
      deliver_policy: 'all',
    });
  } catch (error) {
    if (!(error instanceof JetStreamApiError && ALREADY_EXISTS.includes(error.code))) throw error;
    // Another version of this service made it, for other events.
    await bus.admin.consumers.update(stream, durable, filter);
  }
  return bus.stream.consumers.get(stream, durable);
}
