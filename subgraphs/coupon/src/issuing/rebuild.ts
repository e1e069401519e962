import { setTimeout as pause } from 'node:timers/promises';
import { acquireLock, defineScript, type Lock, type RedisConnection, runScript } from '@shop/redis';
import { type Logger, reasonOf } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { CouponEvent } from '../domain/coupon-event.ts';
import { keyOf } from './earlier-coupons.ts';
import { termsOf } from './issue-terms.ts';
import { keysOf } from './redis-keys.ts';
import type { TermsCache } from './terms-cache.ts';

const publishScript = defineScript<number>(
  'publish-generation',
  new URL('../../src/issuing/publish-generation.lua', import.meta.url),
  7,
);

const LOCK_MS = 5_000;
/** What nobody lived to publish goes by itself, and not before the lock under which it could be published. */
const UNPUBLISHED_MS = 2 * LOCK_MS;
/** Whoever waits for keys asks again when this returns. */
const PAUSE_MS = 25;
// More than one user may have of an event.
const CHUNK = 5_000;
const DAY_MS = 86_400_000;

export interface RebuildOptions {
  redis: RedisConnection;
  database: Database;
  terms: TermsCache;
  log: Logger;
}

/**
 * Makes what Redis knows of an event anew from MySQL; one process at a time, the others come back a moment later. The
 * generation is raised first: that waits for batches that have counted already, so their coupons are read here, and a
 * batch that counts later sees that its generation has passed and asks for another rebuild. Losing the lock early
 * costs a rebuild, never a coupon. Never throws.
 */
export function createRebuild(options: RebuildOptions): (eventId: string) => Promise<void> {
  const { redis, log } = options;
  const running = new Map<string, Promise<void>>();

  async function rebuild(eventId: string): Promise<void> {
    if (redis.status !== 'ready') return;
    try {
      const lock = await acquireLock(redis, keysOf(eventId).lock, LOCK_MS);
      if (lock === null) {
        await pause(PAUSE_MS);
        return;
      }
      try {
        await rebuildUnder(lock, eventId, options);
      } finally {
        await lock.release();
      }
    } catch (error) {
      log.warn({ reason: reasonOf(error), eventId }, 'An event could not be rebuilt in Redis.');
      await pause(PAUSE_MS);
    }
  }

  return (eventId) => {
    const already = running.get(eventId);
    if (already) return already;
    const run = rebuild(eventId).finally(() => running.delete(eventId));
    running.set(eventId, run);
    return run;
  };
}

async function rebuildUnder(
  lock: Lock,
  eventId: string,
  { redis, database, terms, log }: RebuildOptions,
): Promise<void> {
  const keys = keysOf(eventId);
  const startedAt = performance.now();
  await redis.unlink(keys.generation, keys.stock, keys.users, keys.requests, keys.log);
  // Without the others nothing moves it. Grants that are not in the table yet keep their places in the order of service.
  const lastGiven = Number(await redis.get(keys.sequence)) || 0;
  const em = database.fork();
  await em.execute('UPDATE coupon_events SET generation = generation + 1 WHERE id = ?', [eventId]);
  const event = await em.findOne(CouponEvent, { id: eventId });
  if (event === null) return;

  const lastIssued = await copyCoupons(eventId, lock, { redis, database });
  const published = await runScript(
    redis,
    publishScript,
    [keys.lock, keys.generation, keys.stock, keys.users, keys.requests, keys.sequence, keys.log],
    [
      ...[lock.owner, event.generation, Math.max(0, event.remainingCount())],
      ...[Math.max(lastGiven, lastIssued), event.endsAt.getTime() + DAY_MS],
    ],
  );
  await terms.put(termsOf(event));
  const durationMs = Math.round(performance.now() - startedAt);
  log.info(
    { eventId, generation: event.generation, durationMs, success: published === 1 },
    'Rebuilt an event in Redis.',
  );
}

interface IssuedRow {
  id: string;
  userId: string;
  requestId: string;
  sequence: number | null;
}

/** Copies who has what, in chunks of whole users; returns the highest sequence. */
async function copyCoupons(
  eventId: string,
  lock: Lock,
  { redis, database }: Pick<RebuildOptions, 'redis' | 'database'>,
): Promise<number> {
  const { users, requests } = keysOf(eventId);
  let lastSequence = 0;
  for (let rows = await chunkAfter('', eventId, database); rows.length > 0; ) {
    const perUser = new Map<string, number>();
    for (const { userId, sequence } of rows) {
      perUser.set(userId, (perUser.get(userId) ?? 0) + 1);
      lastSequence = Math.max(lastSequence, Number(sequence));
    }
    // Absolute counts: two rebuilds that overlap because a lock ran out write the same.
    await redis.hset(users, ...[...perUser].flat());
    await redis.hset(requests, ...rows.flatMap((row) => [keyOf(row), `${row.id}:${row.sequence ?? 0}`]));
    await Promise.all([redis.pexpire(users, UNPUBLISHED_MS), redis.pexpire(requests, UNPUBLISHED_MS)]);
    if (!(await lock.extend(LOCK_MS))) throw new Error('The lock ran out.');
    rows = await chunkAfter(rows.at(-1)?.userId ?? '', eventId, database);
  }
  return lastSequence;
}

/** Along the unique key of slots. A full chunk may end in the middle of a user, who then opens the next one. */
async function chunkAfter(userId: string, eventId: string, database: Database): Promise<IssuedRow[]> {
  const rows = await database.fork().execute<IssuedRow[]>(
    `SELECT id, user_id AS userId, request_id AS requestId, sequence FROM coupons
     WHERE event_id = ? AND user_id > ? ORDER BY user_id, slot LIMIT ${CHUNK}`,
    [eventId, userId],
  );
  return rows.length < CHUNK ? rows : rows.filter((row) => row.userId !== rows.at(-1)?.userId);
}
