import type { Item, SubscriptionAnswers } from './answer-groups.ts';
import { type Cursor, encodeCursor } from './cursor.ts';
import type { EventSource, StreamEvent } from './event-source.ts';
import type { EventStream } from './event-stream.ts';
import { CursorExpired, eventsLeft, type MissedEventsOptions, missedEvents } from './missed-events.ts';
import type { Place } from './place.ts';

export interface BeginningOptions {
  /** What the client comes back with. */
  cursor: Cursor | null;
  eventStream: EventStream;
  place: Place;
  answers: Pick<SubscriptionAnswers, 'currentState'>;
  source: EventSource;
  missed: MissedEventsOptions;
}

/**
 * What a subscriber is told before it hears of what is new: all that it missed since its cursor, or the current state
 * when it brings none, or one too old. Throws what refuses the subscription before anything else.
 */
export async function* beginningOf(options: BeginningOptions): AsyncGenerator<Item, void> {
  const { cursor, eventStream, answers, missed } = options;
  if (cursor === null) return yield* currentState(options);
  // Asked for all the same: it says whether the viewer may still know.
  if (eventStream.current) await answers.currentState();
  try {
    return yield* eventItems(missedEvents(cursor, missed));
  } catch (error) {
    if (!(error instanceof CursorExpired)) throw error;
    yield { expired: error };
  }
  if (eventStream.current) return yield* currentState(options);
  yield* eventItems(eventsLeft(cursor, missed));
}

async function* currentState({ eventStream, place, answers, source }: BeginningOptions): AsyncGenerator<Item, void> {
  if (eventStream.current === null) return;
  const { stream } = eventStream;
  // Noted before the state is asked for: what happens meanwhile may be told twice, and is never missed.
  const { created, lastSequence: sequence, lastTime: time } = await source.position(stream);
  const cursor: Cursor = { stream, created, sequence, time, eventId: null };
  const current = await answers.currentState();
  place.moveTo(cursor);
  if (current) yield { current, cursor: encodeCursor(cursor) };
}

export async function* eventItems(events: AsyncIterable<StreamEvent>): AsyncGenerator<Item, void> {
  for await (const event of events) yield { event };
}
