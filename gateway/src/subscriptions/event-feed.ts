import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Cursor } from './cursor.ts';
import type { Listening, StreamEvent } from './event-source.ts';
import { subjectMatches } from './subject-template.ts';

/** Whoever hears of events: an object, as one function for each of a crowd would be as large as all else. */
export interface Hearer {
  hear(event: StreamEvent): void;
}

/** What one filter of a stream says: it deals events out by subject, and remembers the last ones. */
export interface EventFeed {
  /** Calls for each event on the subject, from the next one on. */
  add(subject: string, hearer: Hearer): void;
  remove(subject: string, hearer: Hearer): void;
  isUnheard(): boolean;
  /** The last event that was dealt out, or what it began after. */
  last(): Pick<Cursor, 'created' | 'sequence'>;
  /** All that came after the cursor; null when that is not remembered. */
  since(cursor: Pick<Cursor, 'created' | 'sequence'>, subject: string): readonly StreamEvent[] | null;
  /** Takes an event from the stream; false for one that was dealt out before, or is too old to be news. */
  take(event: StreamEvent): Promise<boolean>;
  /** Tells from where on it hears, once that is known. */
  began(listening: Pick<Listening, 'created' | 'after'>): void;
}

const REMEMBERED_EVENTS = 4_096;
const REMEMBERED_IDS = 100_000;
/** An id that comes again within this time is a repetition; JetStream's own memory of ids is as long. */
const REPETITION_MS = 3_600_000;
/** Others get their turn after so many were told of an event. */
const DEALT_IN_ONE_GO = 1_000;
/** What the first is told is mostly what all are, and is there when their turn comes. */
const DEALT_FIRST = 1;

export function createEventFeed(openedAt = Date.now()): EventFeed {
  const bySubject = new Map<string, Set<Hearer>>();
  /** Those that listen to several subjects, by what these look like. */
  const byPattern = new Map<string, Set<Hearer>>();
  const seen = new Map<string, number>();
  let remembered: StreamEvent[] = [];
  let from: Pick<Cursor, 'created' | 'sequence'> | null = null;

  const mapOf = (subject: string) => (subject.includes('*') ? byPattern : bySubject);

  function isNews({ id, time, isRepublished }: StreamEvent): boolean {
    const now = Date.now();
    for (const [oldest, at] of seen) {
      if (now - at < REPETITION_MS && seen.size < REMEMBERED_IDS) break;
      seen.delete(oldest);
    }
    if (seen.has(id)) return false;
    seen.set(id, now);
    return !isRepublished || time >= Math.max(openedAt, now - REPETITION_MS);
  }

  function remember(event: StreamEvent): void {
    from ??= { created: event.created, sequence: event.sequence - 1 };
    // A stream that was made anew is read from its beginning.
    if (from.created !== event.created) {
      remembered = [];
      from = { created: event.created, sequence: 0 };
    }
    remembered.push(event);
    if (remembered.length < 2 * REMEMBERED_EVENTS) return;
    from = { created: event.created, sequence: remembered[REMEMBERED_EVENTS - 1]?.sequence ?? 0 };
    remembered = remembered.slice(REMEMBERED_EVENTS);
  }

  function* hearersOf(subject: string): Generator<Hearer> {
    yield* bySubject.get(subject) ?? [];
    for (const [pattern, hearers] of byPattern) if (subjectMatches(pattern, subject)) yield* hearers;
  }

  return {
    add(subject, hearer) {
      const all = mapOf(subject);
      const hearers = all.get(subject) ?? new Set();
      all.set(subject, hearers);
      hearers.add(hearer);
    },
    remove(subject, hearer) {
      const all = mapOf(subject);
      const hearers = all.get(subject);
      hearers?.delete(hearer);
      if (hearers?.size === 0) all.delete(subject);
    },
    last: () => ({ created: from?.created ?? '', sequence: remembered.at(-1)?.sequence ?? from?.sequence ?? 0 }),
    isUnheard: () => bySubject.size === 0 && byPattern.size === 0,
    since({ created, sequence }, subject) {
      if (from === null || created !== from.created || sequence < from.sequence) return null;
      return remembered.filter((event) => event.sequence > sequence && subjectMatches(subject, event.subject));
    },
    async take(event) {
      if (!isNews(event)) return false;
      remember(event);
      let dealt = 0;
      for (const hearer of hearersOf(event.subject)) {
        if (dealt === DEALT_FIRST || (dealt > 0 && dealt % DEALT_IN_ONE_GO === 0)) await othersTurn();
        hearer.hear(event);
        dealt += 1;
      }
      return true;
    },
    began({ created, after }) {
      from ??= { created, sequence: after };
    },
  };
}
