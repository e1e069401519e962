import { BoundedMap } from '@shop/kernel';
import { defineScript, type RedisConnection, runScript } from '@shop/redis';
import type { Logger, Metrics } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { CouponEvent } from '../domain/coupon-event.ts';
import { type IssueTerms, infoOf, issueTermsSchema, termsOf } from './issue-terms.ts';
import { keysOf } from './redis-keys.ts';

const putInfo = defineScript<number>('put-info', new URL('../../src/issuing/put-info.lua', import.meta.url), 1);

const LOCAL_TTL_MS = 60_000;
const REDIS_TTL_SECONDS = 3_600;
/** A refusal is never based on anything older. */
const FRESH_MS = 1_000;

/** The terms of events: from this process (a minute), else from Redis (an hour), else from MySQL. */
export interface TermsCache {
  get(eventId: string): Promise<IssueTerms | null>;
  /** From MySQL, unless that was done within the last second: asked before a client is refused. */
  confirm(eventId: string): Promise<IssueTerms | null>;
  reload(eventId: string): Promise<IssueTerms | null>;
  /** Keeps what was just committed, here and in Redis. */
  put(terms: IssueTerms): Promise<void>;
  /** What this process has, or nothing. */
  peek(eventId: string): IssueTerms | undefined;
}

export function createTermsCache({
  redis,
  database,
  log,
  metrics,
}: {
  redis: RedisConnection;
  database: Database;
  log: Logger;
  metrics: Metrics;
}): TermsCache {
  const loads = metrics.counter('shop_coupon_terms_loads_total', 'Terms of events that were not at hand, by source', [
    'source',
  ]);
  const local = new BoundedMap<string, { terms: IssueTerms; confirmedAtMs: number }>(10_000, { ttlMs: LOCAL_TTL_MS });
  const flights = new Map<string, Promise<IssueTerms | null>>();

  function keep(terms: IssueTerms, confirmedAtMs: number): IssueTerms {
    const known = local.get(terms.id);
    // Two loads may overtake each other; the generation says which one saw more.
    if (known && known.terms.generation > terms.generation) return known.terms;
    local.set(terms.id, { terms, confirmedAtMs });
    return terms;
  }

  /** Many requests for one event wait for one look-up. */
  function shared(key: string, load: () => Promise<IssueTerms | null>): Promise<IssueTerms | null> {
    const running = flights.get(key);
    if (running) return running;
    const flight = load().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  }

  async function fromRedis(eventId: string): Promise<IssueTerms | null> {
    try {
      const parsed = issueTermsSchema.safeParse(await redis.hgetall(keysOf(eventId).info));
      if (!parsed.success) return null;
      loads.inc({ source: 'redis' });
      return keep(parsed.data, 0);
    } catch {
      // Redis away only makes it slower; the connection itself has told so.
      return null;
    }
  }

  async function fromDatabase(eventId: string): Promise<IssueTerms | null> {
    const confirmedAtMs = performance.now();
    const event = await database.fork().findOne(CouponEvent, { id: eventId });
    loads.inc({ source: 'mysql' });
    if (event === null) return null;
    const terms = keep(termsOf(event), confirmedAtMs);
    void putInRedis(terms);
    return terms;
  }

  async function putInRedis(terms: IssueTerms): Promise<void> {
    try {
      const ttlSeconds = Math.round(REDIS_TTL_SECONDS * (0.9 + Math.random() * 0.2));
      await runScript(redis, putInfo, [keysOf(terms.id).info], [terms.generation, ttlSeconds, ...infoOf(terms)]);
    } catch (error) {
      log.debug({ err: error, eventId: terms.id }, 'An event was not cached in Redis.');
    }
  }

  const reload = (eventId: string) => shared(`mysql:${eventId}`, () => fromDatabase(eventId));

  return {
    async get(eventId) {
      const known = local.get(eventId);
      if (known) return known.terms;
      return shared(`any:${eventId}`, async () => (await fromRedis(eventId)) ?? (await fromDatabase(eventId)));
    },
    async confirm(eventId) {
      const known = local.get(eventId);
      if (known && known.confirmedAtMs > performance.now() - FRESH_MS) return known.terms;
      return reload(eventId);
    },
    reload,
    async put(terms) {
      keep(terms, performance.now());
      await putInRedis(terms);
    },
    peek: (eventId) => local.get(eventId)?.terms,
  };
}
