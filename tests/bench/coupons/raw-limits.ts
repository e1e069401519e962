import { randomUUID } from 'node:crypto';
import type { RunFile } from '@shop/local';
import { connectRedis, type RedisConnection } from '@shop/redis';
import { createLogger } from '@shop/service-kit';
import { createConnection } from 'mysql2/promise';
import { createGrants } from '../../../subgraphs/coupon/src/issuing/grants.ts';
import type { IssueTerms } from '../../../subgraphs/coupon/src/issuing/issue-terms.ts';
import { COMPLETE, keysOf } from '../../../subgraphs/coupon/src/issuing/redis-keys.ts';
import { generateLoad, type Load } from '../load.ts';

const BATCH = 256;
const PLENTY = 100_000_000;
const logger = createLogger('bench', { level: 'error' });

interface LimitOptions {
  clients: number;
  seconds: number;
  signal: AbortSignal;
}

/** Grants alone, as many as Redis and one process can make of them. */
export async function measureGrants(run: RunFile, options: LimitOptions): Promise<Load> {
  // A Redis database of its own: nobody reconciles it with a table.
  const redis = await connectRedis({ url: `redis://127.0.0.1:${run.servers.redis.instances[0]?.port}/1`, log: logger });
  try {
    const terms = await openKeys(redis);
    const grants = createGrants({ redis, log: logger });
    return await generateLoad(async () => {
      const request = { eventId: terms.id, userId: randomUUID(), requestId: randomUUID() };
      const { kind } = await grants.ask(terms, request);
      if (kind !== 'GRANTED') throw new Error(`issue.lua answered ${kind}.`);
      return true;
    }, options);
  } finally {
    await redis.flushdb();
    await redis.close();
  }
}

async function openKeys(redis: RedisConnection): Promise<IssueTerms> {
  const now = Date.now();
  const terms: IssueTerms = {
    ...{ id: randomUUID(), codePrefix: 'RAW', maxPerUser: 1, generation: 1 },
    ...{ startsAt: new Date(now), endsAt: new Date(now + 3_600_000), endedAt: null },
    ...{ discountType: 'FIXED', discountValue: 1, minPurchaseAmount: 0, validDays: 1 },
  };
  const { generation, stock, users, requests, sequence, log } = keysOf(terms.id);
  await redis.mset(generation, 1, stock, PLENTY, sequence, 0);
  await redis.hset(users, COMPLETE, 1);
  await redis.hset(requests, COMPLETE, 1);
  // An empty stream: there, and nothing in it.
  await redis.xgroup('CREATE', log, 'nobody', '$', 'MKSTREAM');
  return terms;
}

/** Batches alone: the rows of 256 coupons and of their events and the counter, one commit after the other. */
export async function measureBatches(
  databaseUrl: string,
  options: { seconds: number; signal: AbortSignal },
): Promise<Load & { coupons: number }> {
  const connection = await createConnection({ uri: databaseUrl });
  const eventId = randomUUID();
  try {
    // Copies, which vanish in one go and count as nobody's coupons.
    for (const table of TABLES) await connection.query(`CREATE TABLE raw_${table} LIKE ${table}`);
    await connection.query(INSERT_EVENT, [eventId, PLENTY]);
    const load = await generateLoad(
      async () => {
        await connection.query('START TRANSACTION');
        await connection.query(INSERT_COUPONS, [Array.from({ length: BATCH }, () => couponRow(eventId))]);
        await connection.query(INSERT_MESSAGES, [Array.from({ length: BATCH }, outboxRow)]);
        await connection.query(COUNT, [BATCH, eventId]);
        await connection.query('COMMIT');
        return true;
      },
      { ...options, clients: 1 },
    );
    return { ...load, coupons: load.latenciesMs.length * BATCH };
  } finally {
    for (const table of TABLES) await connection.query(`DROP TABLE IF EXISTS raw_${table}`);
    await connection.end();
  }
}

const TABLES = ['coupon_events', 'coupons', 'outbox_pending'];
const INSERT_EVENT = `INSERT INTO raw_coupon_events
    (id, title, code_prefix, total_count, starts_at, ends_at, discount_type, discount_value, created_at)
  VALUES (?, 'Raw', 'RAW', ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, 'FIXED', 1, UTC_TIMESTAMP(3))`;
const INSERT_COUPONS = `INSERT INTO raw_coupons (id, event_id, user_id, slot, code, request_id, sequence, discount_type,
  discount_value, min_purchase_amount, issued_at, expires_at) VALUES ?`;
const INSERT_MESSAGES = `INSERT INTO raw_outbox_pending
  (event_id, stream, wire_subject, type, aggregate_id, envelope, created_at) VALUES ?`;
const COUNT = 'UPDATE raw_coupon_events SET issued_count = issued_count + ? WHERE id = ?';

function couponRow(eventId: string): unknown[] {
  const [id, now] = [randomUUID(), new Date()];
  return [id, eventId, randomUUID(), 1, `RAW-${id.slice(-12)}`, randomUUID(), null, 'FIXED', 1, 0, now, now];
}

/** As long as the real ones. */
function outboxRow(): unknown[] {
  const [id, userId] = [randomUUID(), randomUUID()];
  const envelope = JSON.stringify({ id, userId, data: 'x'.repeat(400) });
  return [id, 'COUPON', `coupon.issued.${userId}`, 'coupon.issued', userId, envelope, new Date()];
}
