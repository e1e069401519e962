import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors, headers, type MsgHdrs, RequestError } from '@nats-io/transport-node';
import type { Bus } from './bus.ts';
import { groupBy } from './group-by.ts';
import type { PendingEvent, PublishedEvent } from './outbox.ts';
import { BatchRefused, type Mark, type Message, publishBatch } from './publish-batch.ts';
import { hasBatches } from './server-version.ts';

/** What became of a batch: what the streams have, what stopped where, and whether NATS as a whole is to blame. */
export interface PublishResult {
  published: PublishedEvent[];
  failures: { event: PendingEvent; error: unknown }[];
  /** Aggregates with events left over: nothing later of theirs may go out before. */
  stopped: string[];
  outage: boolean;
}

const ACK_TIMEOUT_MS = 5_000;
/** A batch costs the server about as much as fourteen single events (measured on 2.15.1): below this it is not worth it. */
const SMALLEST_BATCH = 24;
const ASK_AGAIN_MS = 10_000;
// The relay's session, and its lock, must not lapse while a long line of slow acknowledgements comes in.
const NOTHING_BEGINS_AFTER_MS = 5_000;

/** How a republished event differs on the wire from one published for the first time. */
export interface PublishOptions {
  /** A header that goes along with every event. */
  mark?: Mark;
  /** What JetStream recognises a repetition by; the event's id by default. */
  messageIdOf?: (event: PendingEvent) => string;
}

/** Publishes what comes out of an outbox or an archive. */
export interface EventPublisher {
  /**
   * Publishes up to some hundred events: those of one aggregate in their order, stopping at the first that fails. Many
   * of one stream go together where it takes that; whatever else keeps them from it, each is then judged by itself.
   */
  publish(events: readonly PendingEvent[], options?: PublishOptions): Promise<PublishResult>;
}

/** Makes a publisher, which remembers for a while which streams take batches. */
export function createEventPublisher(bus: Bus): EventPublisher {
  const takesBatches = createBatchKnowledge(bus);
  return {
    async publish(events, options = {}) {
      const result: PublishResult = { published: [], failures: [], stopped: [], outage: false };
      const deadline = performance.now() + NOTHING_BEGINS_AFTER_MS;
      const publishing = Array.from(ofOneStream(events), async ([stream, ofIt]) => {
        const isForBatch = stream !== null && ofIt.length >= SMALLEST_BATCH && (await takesBatches(stream));
        const isDone = isForBatch && (await publishTogether(bus, stream, ofIt, options, result));
        if (!isDone) await publishSingly(bus, ofIt, { ...options, deadline }, result);
      });
      await Promise.all(publishing);
      return result;
    },
  };
}

/** Events by stream, in their order; under null those of aggregates that have some in several streams. */
function ofOneStream(events: readonly PendingEvent[]): Map<string | null, PendingEvent[]> {
  const streamOf = new Map<string, string | null>();
  for (const { aggregateId, stream } of events) {
    streamOf.set(aggregateId, (streamOf.get(aggregateId) ?? stream) === stream ? stream : null);
  }
  return groupBy(events, ({ aggregateId }) => streamOf.get(aggregateId) ?? null);
}

/** Whether a stream takes batches, as it said a short while ago: it may be changed, or made anew. */
function createBatchKnowledge(bus: Bus): (stream: string) => Promise<boolean> {
  const known = new Map<string, { takes: boolean; askedAt: number }>();
  return async (stream) => {
    if (!hasBatches(bus)) return false;
    const last = known.get(stream);
    if (last !== undefined && performance.now() - last.askedAt < ASK_AGAIN_MS) return last.takes;
    const takes = await bus.admin.streams.info(stream).then(
      ({ config }) => config.allow_atomic === true,
      () => false,
    );
    known.set(stream, { takes, askedAt: performance.now() });
    return takes;
  };
}

/** False when the stream refused them as they are, together; then it has none of them, or knows them by their ids. */
async function publishTogether(
  bus: Bus,
  stream: string,
  events: readonly PendingEvent[],
  { mark, messageIdOf = idOf }: PublishOptions,
  result: PublishResult,
): Promise<boolean> {
  const messages = events.map(
    (event): Message => ({ subject: event.wireSubject, body: event.envelope, messageId: messageIdOf(event) }),
  );
  try {
    const first = await publishBatch(bus, stream, messages, { timeoutMs: ACK_TIMEOUT_MS, mark });
    for (const [at, event] of events.entries()) {
      result.published.push({ ...event, streamSequence: first + at, isRepetition: false });
    }
    return true;
  } catch (error) {
    if (error instanceof BatchRefused) return false;
    // It may have them: if so, it will know their ids.
    result.failures.push({ event: events[0] as PendingEvent, error });
    result.stopped.push(...new Set(events.map(({ aggregateId }) => aggregateId)));
    result.outage = true;
    return true;
  }
}

interface SingleOptions extends PublishOptions {
  /** On the clock of `performance.now()`. */
  deadline: number;
}

/** The events of one aggregate one after the other, different aggregates side by side. */
async function publishSingly(
  bus: Bus,
  events: readonly PendingEvent[],
  options: SingleOptions,
  result: PublishResult,
): Promise<void> {
  const byAggregate = groupBy(events, (event) => event.aggregateId);
  await Promise.all(Array.from(byAggregate.values(), (ofOne) => publishInOrder(bus, ofOne, options, result)));
}

async function publishInOrder(
  bus: Bus,
  events: readonly PendingEvent[],
  { mark, messageIdOf = idOf, deadline }: SingleOptions,
  result: PublishResult,
): Promise<void> {
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

const idOf = ({ eventId }: PendingEvent): string => eventId;

function marked({ name, value }: Mark): MsgHdrs {
  const all = headers();
  all.set(name, value);
  return all;
}

/** True when this one event was turned away (no such stream, too large), false when nobody answered at all. */
function isRefusal(error: unknown): boolean {
  if (error instanceof JetStreamApiError || error instanceof JetStreamError) return true;
  // Too large for the server: the client does not even send it.
  if (error instanceof errors.InvalidArgumentError) return true;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof RequestError && cause.isNoResponders();
}
