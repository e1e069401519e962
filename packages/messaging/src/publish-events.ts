import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { headers, type MsgHdrs, RequestError } from '@nats-io/transport-node';
import type { Bus } from './bus.ts';
import { groupBy } from './group-by.ts';
import type { PendingEvent, PublishedEvent } from './outbox.ts';

/** What became of a batch: what the streams have, what stopped where, and whether NATS as a whole is to blame. */
export interface PublishResult {
  published: PublishedEvent[];
  failures: { event: PendingEvent; error: unknown }[];
  /** Aggregates with events left over: nothing later of theirs may go out before. */
  stopped: string[];
  outage: boolean;
}

const ACK_TIMEOUT_MS = 5_000;
// The relay's session, and its lock, must not lapse while a long line of slow acknowledgements comes in.
const BATCH_MS = 5_000;

/** How a republished event differs on the wire from one published for the first time. */
export interface PublishOptions {
  /** A header that goes along with every event. */
  mark?: { name: string; value: string };
  /** What JetStream recognises a repetition by; the event's id by default. */
  messageIdOf?: (event: PendingEvent) => string;
}

/**
 * Publishes a batch: the events of one aggregate one after the other, stopping at the first that fails, different
 * aggregates side by side.
 */
export async function publishEvents(
  bus: Bus,
  events: readonly PendingEvent[],
  options: PublishOptions = {},
): Promise<PublishResult> {
  const result: PublishResult = { published: [], failures: [], stopped: [], outage: false };
  const byAggregate = groupBy(events, (event) => event.aggregateId);
  await Promise.all(Array.from(byAggregate.values(), (ofOne) => publishInOrder(bus, ofOne, options, result)));
  return result;
}

async function publishInOrder(
  bus: Bus,
  events: readonly PendingEvent[],
  { mark, messageIdOf = (event) => event.eventId }: PublishOptions,
  result: PublishResult,
): Promise<void> {
  const deadline = performance.now() + BATCH_MS;
  for (const event of events) {
    if (performance.now() > deadline) return void result.stopped.push(event.aggregateId);
    try {
      const ack = await bus.stream.publish(event.wireSubject, event.envelope, {
        // A repetition inside the stream's duplicate window is acknowledged with the sequence of the first.
        msgID: messageIdOf(event),
        timeout: ACK_TIMEOUT_MS,
        expect: { streamName: event.stream },
        ...(mark !== undefined && { headers: marked(mark) }),
      });
      result.published.push({ ...event, streamSequence: ack.seq, isRepetition: ack.duplicate });
    } catch (error) {
      result.failures.push({ event, error });
      result.stopped.push(event.aggregateId);
      result.outage ||= !isRefusal(error);
      return;
    }
  }
}

function marked({ name, value }: { name: string; value: string }): MsgHdrs {
  const all = headers();
  all.set(name, value);
  return all;
}

/** True when this one event was turned away (no such stream, too large), false when nobody answered at all. */
function isRefusal(error: unknown): boolean {
  if (error instanceof JetStreamApiError || error instanceof JetStreamError) return true;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof RequestError && cause.isNoResponders();
}
