import { DomainError } from '@shop/kernel';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { Cursor } from './cursor.ts';
import type { EventFeed } from './event-feed.ts';
import type { EventSource, StreamEvent } from './event-source.ts';
import { subjectMatches } from './subject-template.ts';

/** What a client has missed since its cursor cannot be told any more. */
export class CursorExpired extends DomainError {
  readonly code = 'CURSOR_EXPIRED';
  constructor() {
    super('Some of what happened since this cursor is not kept any more.');
  }
}

export interface MissedEventsOptions {
  source: EventSource;
  feed: Pick<EventFeed, 'since'>;
  stream: string;
  subject: string;
  metrics: GatewayMetrics;
  /** Told how far the stream was looked through. */
  onRead(created: string, last: number): void;
}

/** So many events are compared by their time at most. */
const LONGEST_SEARCH = 10_000;

/**
 * All that happened on a subject after a cursor and up to now, in order: from memory where it goes back so far, else from
 * the stream. In a stream that was made anew the place is found by time. Throws CursorExpired and ServiceUnavailable.
 */
export async function* missedEvents(cursor: Cursor, options: MissedEventsOptions): AsyncGenerator<StreamEvent> {
  const { source, feed, stream, subject, metrics } = options;
  const remembered = feed.since(cursor, subject);
  if (remembered !== null) {
    metrics.replays.inc({ from: 'memory' });
    yield* remembered;
    return;
  }
  const { created, firstSequence, lastSequence } = await source.position(stream);
  const isSameStream = created === cursor.created && cursor.sequence <= lastSequence;
  if (isSameStream && cursor.sequence + 1 >= firstSequence) {
    metrics.replays.inc({ from: 'stream' });
    const told = new Set([cursor.eventId]);
    for await (const event of eventsAfter(cursor.sequence, options)) {
      // What was published again is not new; the first time it was passed, or is here too.
      if (event.isRepublished && (event.time <= cursor.time || told.has(event.id))) continue;
      told.add(event.id);
      yield event;
    }
    return;
  }
  metrics.replays.inc({ from: 'time' });
  yield* eventsLaterThan(cursor, options);
}

/** What a stream still has of the time after a cursor, whatever may be missing before it. */
export async function* eventsLeft({ time }: Cursor, options: MissedEventsOptions): AsyncGenerator<StreamEvent> {
  for await (const event of eventsAfter(0, options)) if (event.time > time) yield event;
}

async function* eventsLaterThan(cursor: Cursor, options: MissedEventsOptions): AsyncGenerator<StreamEvent> {
  const events: StreamEvent[] = [];
  const read = { created: '', last: 0 };
  const onRead = (created: string, last: number) => void Object.assign(read, { created, last });
  for await (const event of eventsAfter(0, { ...options, onRead })) {
    if (events.length === LONGEST_SEARCH) throw new CursorExpired();
    events.push(event);
  }
  // Without anything as old as the cursor, nobody knows what was between the two.
  if (!events.some(({ time }) => time <= cursor.time)) throw new CursorExpired();
  const place = events.findIndex(({ id }) => id === cursor.eventId);
  const told = new Set([cursor.eventId]);
  for (const [i, event] of events.entries()) {
    // Events of one moment keep their order when they are published again.
    const isPassed = event.time < cursor.time || (event.time === cursor.time && i <= place);
    if (isPassed || told.has(event.id)) continue;
    told.add(event.id);
    yield event;
  }
  options.onRead(read.created, read.last);
}

async function* eventsAfter(
  sequence: number,
  { source, stream, subject, onRead }: MissedEventsOptions,
): AsyncGenerator<StreamEvent> {
  for (let after = sequence; ; ) {
    const page = await source.read(stream, subject, after);
    yield* page.events.filter((event) => subjectMatches(subject, event.subject));
    onRead(page.created, page.last);
    if (page.isEnd) return;
    after = page.last;
  }
}
