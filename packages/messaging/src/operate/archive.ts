import type { DatabaseSession } from '../database-session.ts';
import type { PendingEvent } from '../outbox.ts';

/** An event that was published, and where its stream put it. */
export interface ArchivedEvent extends PendingEvent {
  streamSequence: number;
}

/** By MySQL's clock, in UTC, as `dateStrings` brings it: 2026-02-11 10:30:00.000. */
function sqlTime(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', '');
}

/** Ids and times of record rise together, but for clocks that were set: so far apart they may be. */
const CLOCK_MARGIN_MS = 10 * 60_000;

/**
 * The id after which every event recorded since `since` comes: found by bisection of the primary key, because the archive
 * has no other index and may hold a month.
 */
export async function idBefore(session: DatabaseSession, since: Date): Promise<number> {
  const wanted = sqlTime(new Date(since.getTime() - CLOCK_MARGIN_MS));
  const [ends] = await session.rows<{ first: number | null; last: number | null }>(
    'SELECT MIN(id) AS first, MAX(id) AS last FROM outbox_archive',
  );
  let [low, high] = [(ends?.first ?? 1) - 1, ends?.last ?? 0];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [next] = await session.rows<{ id: number; createdAt: string }>(
      'SELECT id, created_at AS createdAt FROM outbox_archive WHERE id > ? ORDER BY id LIMIT 1',
      [middle],
    );
    if (next === undefined || next.createdAt >= wanted) high = middle;
    else low = next.id;
  }
  return low;
}

/** The last id that can have been recorded until `until`. */
export async function lastIdUntil(session: DatabaseSession, until: Date): Promise<number> {
  return idBefore(session, new Date(until.getTime() + 2 * CLOCK_MARGIN_MS));
}

/** Which archived events to read. */
export interface ArchiveSlice {
  afterId: number;
  lastId: number;
  since: Date;
  until: Date;
  /** All of them when null. */
  stream: string | null;
}

/** A part of the archive by primary key: the events that were asked for, and where the next part begins. */
export async function readArchive(
  session: DatabaseSession,
  { afterId, lastId, since, until, stream }: ArchiveSlice,
  limit: number,
): Promise<{ events: ArchivedEvent[]; nextId: number | null }> {
  const ids = await session.rows<{ id: number; createdAt: string; stream: string }>(
    `SELECT id, created_at AS createdAt, stream FROM outbox_archive
      WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`,
    [afterId, lastId, limit],
  );
  const [from, to] = [sqlTime(since), sqlTime(until)];
  const wanted = ids
    .filter((row) => row.createdAt >= from && row.createdAt <= to && (stream === null || row.stream === stream))
    .map(({ id }) => id);
  const events = wanted.length === 0 ? [] : await readEvents(session, wanted);
  return { events, nextId: ids.length < limit ? null : (ids.at(-1)?.id ?? null) };
}

function readEvents(session: DatabaseSession, ids: readonly number[]): Promise<ArchivedEvent[]> {
  return session.rows<ArchivedEvent>(
    `SELECT id, event_id AS eventId, stream, wire_subject AS wireSubject, type, aggregate_id AS aggregateId,
            envelope, created_at AS createdAt, 0 AS ageMs, stream_sequence AS streamSequence
       FROM outbox_archive WHERE id IN (?) ORDER BY id`,
    [ids],
  );
}

/**
 * Writes down where events are now. `published_at` stays: the archive is cleaned by it, and an event must not outlive the
 * inboxes that know it.
 */
export async function noteSequences(session: DatabaseSession, events: readonly ArchivedEvent[]): Promise<void> {
  if (events.length === 0) return;
  await session.change(
    `UPDATE outbox_archive SET stream_sequence = CASE id ${events.map(() => 'WHEN ? THEN ?').join(' ')} END
      WHERE id IN (?)`,
    [...events.flatMap(({ id, streamSequence }) => [id, streamSequence]), events.map(({ id }) => id)],
  );
}
