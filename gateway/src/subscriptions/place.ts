import type { Cursor } from './cursor.ts';
import type { StreamEvent } from './event-source.ts';

/** How far one subscriber has come. */
export interface Place {
  cursor(): Cursor;
  moveTo(cursor: Cursor): void;
  /** The event is told. */
  reach(event: StreamEvent): void;
  /** Everything up to there was looked through. */
  pass(created: string, sequence: number): void;
  /** Whether the event was told before, or is part of the state that was. */
  isPast(event: StreamEvent): boolean;
}

export function createPlace(stream: string, from: Cursor): Place {
  let at = from;
  const isPast = (created: string, sequence: number) => at.created === created && sequence <= at.sequence;
  return {
    cursor: () => at,
    moveTo(cursor) {
      at = cursor;
    },
    reach({ created, sequence, time, id: eventId }) {
      at = { stream, created, sequence, time, eventId };
    },
    pass(created, sequence) {
      if (!isPast(created, sequence)) at = { ...at, created, sequence };
    },
    isPast: ({ created, sequence }) => isPast(created, sequence),
  };
}
