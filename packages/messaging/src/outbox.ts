import type { DatabaseSession } from './database-session.ts';

/** A row of `outbox_pending`, with its age by the database's clock. */
export interface PendingEvent {
  id: number;
  eventId: string;
  stream: string;
  wireSubject: string;
  type: string;
  aggregateId: string;
  envelope: string;
  createdAt: string;
  ageMs: number;
}

/** An event that JetStream has acknowledged. */
export interface PublishedEvent extends PendingEvent {
  streamSequence: number;
  /** True when JetStream had it already, by its message id. */
  isRepetition: boolean;
}

/** Reads the next pending events in the order they were recorded. */
export function readPending(session: DatabaseSession, afterId: number, limit: number): Promise<PendingEvent[]> {
  return session.rows<PendingEvent>(
    `SELECT id, event_id AS eventId, stream, wire_subject AS wireSubject, type, aggregate_id AS aggregateId,
            envelope, created_at AS createdAt,
            TIMESTAMPDIFF(MICROSECOND, created_at, UTC_TIMESTAMP(3)) DIV 1000 AS ageMs
       FROM outbox_pending WHERE id > ? ORDER BY id LIMIT ?`,
    [afterId, limit],
  );
}

/**
 * Moves published events out of the way, all or none. MySQL copies the rows itself: to send their text back and forth
 * costs both sides more than all else about them.
 */
export async function archive(session: DatabaseSession, events: readonly PublishedEvent[]): Promise<void> {
  const places = JSON.stringify(events.map(({ id, streamSequence }) => [id, streamSequence]));
  // Each row is looked up by its key, however few there seem to be: reading all would wait for those who record now.
  const copy = `INSERT INTO outbox_archive
       (id, event_id, stream, wire_subject, type, aggregate_id, aggregate_version, envelope, created_at,
        stream_sequence, published_at)
     SELECT event.id, event.event_id, event.stream, event.wire_subject, event.type, event.aggregate_id,
            event.aggregate_version, event.envelope, event.created_at, place.sequence, UTC_TIMESTAMP(3)
       FROM JSON_TABLE(?, '$[*]' COLUMNS (
              id BIGINT UNSIGNED PATH '$[0]', sequence BIGINT UNSIGNED PATH '$[1]'
            )) AS place STRAIGHT_JOIN outbox_pending AS event FORCE INDEX (PRIMARY) ON event.id = place.id`;
  await session.changeTogether([
    { sql: copy, values: [places] },
    { sql: 'DELETE FROM outbox_pending WHERE id IN (?)', values: [events.map((event) => event.id)] },
  ]);
}

/** How many events wait, and for how long the oldest has. */
export async function measureOutbox(session: DatabaseSession): Promise<{ pending: number; lagMs: number }> {
  const [row] = await session.rows<{ pending: number; lagMs: number | null }>(
    `SELECT COUNT(*) AS pending, TIMESTAMPDIFF(MICROSECOND, MIN(created_at), UTC_TIMESTAMP(3)) DIV 1000 AS lagMs
       FROM outbox_pending`,
  );
  return { pending: row?.pending ?? 0, lagMs: row?.lagMs ?? 0 };
}

const CHUNK = 500;

/**
 * Deletes archived events and inbox rows older than `days`, in chunks by primary key so that no statement holds locks
 * for long; what is more urgent has its turn after each. The inbox is kept a week longer: what can still be republished
 * must still be recognised.
 */
export async function deleteOlderThan(
  session: DatabaseSession,
  days: number,
  afterChunk: () => Promise<void> = async () => undefined,
): Promise<void> {
  await deleteArchived(session, days, afterChunk);
  await deleteProcessed(session, days + 7, afterChunk);
}

async function deleteArchived(session: DatabaseSession, days: number, afterChunk: () => Promise<void>): Promise<void> {
  // Ids and publication times rise together but for a few: after a chunk without an old event come no old ones.
  for (let cursor = 0; ; ) {
    const chunk = await session.rows<{ id: number; isOld: 0 | 1 }>(
      `SELECT id, published_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY AS isOld
         FROM outbox_archive WHERE id > ? ORDER BY id LIMIT ${CHUNK}`,
      [days, cursor],
    );
    const old = chunk.filter(({ isOld }) => isOld === 1).map(({ id }) => id);
    if (old.length === 0) return;
    await session.change('DELETE FROM outbox_archive WHERE id IN (?)', [old]);
    cursor = chunk.at(-1)?.id ?? cursor;
    await afterChunk();
  }
}

async function deleteProcessed(session: DatabaseSession, days: number, afterChunk: () => Promise<void>): Promise<void> {
  const consumers = await session.rows<{ consumer: string }>('SELECT DISTINCT consumer FROM inbox');
  for (const { consumer } of consumers) {
    for (let deleted = CHUNK; deleted === CHUNK; ) {
      // Event ids begin with their time, so the primary key is in the order of age too.
      deleted = await session.change(
        `DELETE FROM inbox WHERE consumer = ? AND event_id < ?
            AND processed_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY
          ORDER BY event_id LIMIT ${CHUNK}`,
        [consumer, firstIdOf(Date.now() - days * 86_400_000), days],
      );
      await afterChunk();
    }
  }
}

/** The smallest UUIDv7 of a millisecond. */
function firstIdOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
