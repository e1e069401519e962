import { LockMode } from '@mikro-orm/mysql';
import type { RedisConnection } from '@shop/redis';
import type { Logger, Metrics } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { CouponEvent } from '../domain/coupon-event.ts';
import type { Grants } from './grants.ts';
import { type OpenGrant, type Review, reviewEvent } from './review.ts';

/**
 * A grant is settled within milliseconds, behind a full queue or a broken deadlock within two seconds. Later than this its
 * process is dead, or MySQL is in trouble; and it is to be back within ten seconds.
 */
const LATE_AFTER_SECONDS = 5;
const EVENTS_AT_A_TIME = 100;
const GRANTS_AT_A_TIME = 500;
const LOCK_WAIT_SECONDS = 2;

export interface ReconcileOptions {
  database: Database;
  redis: RedisConnection;
  grants: Grants;
  rebuild(eventId: string): Promise<void>;
  log: Logger;
  metrics: Metrics;
  lateAfterSeconds?: number;
}

/** The table's count of an event, read before Redis is asked for its own. */
interface CountedEvent {
  id: string;
  generation: number;
  issued: number;
  remaining: number;
}

interface Difference {
  coupons: number;
  /** All that was seen. Seen twice alike with nothing under way, the difference is there to stay. */
  seen: string;
}

/**
 * Brings grants back that never reached the table: their process died, or could reach neither MySQL nor Redis. A batch
 * that commits after all makes Redis offer one coupon too many: the table refuses it, so nothing is issued twice, and
 * as soon as nothing is under way, counts that differ are made anew from the table. Any process may do this beside any
 * other. A round does up to 100 events that are open or were a minute ago, and says whether there is more to do at once.
 */
export function createReconcile(options: ReconcileOptions): () => Promise<boolean> {
  const { database, redis, grants, rebuild, log, metrics, lateAfterSeconds = LATE_AFTER_SECONDS } = options;
  const returned = metrics.counter('shop_coupon_grants_returned_total', 'Grants that never reached the table');
  const unsettled = metrics.gauge(
    'shop_coupon_unsettled_grants',
    "Coupons by which Redis' counts of open events differ from the table's, those under way included",
  );
  let afterId = '';
  /** Of the last pass over all events, and of the one under way. */
  let earlier = new Map<string, Difference>();
  let differences = new Map<string, Difference>();

  /** True when there are more late grants than one round takes. */
  async function reconcileEvent(event: CountedEvent): Promise<boolean> {
    const review = await reviewEvent(redis, event.id, { lateAfterSeconds, atMost: GRANTS_AT_A_TIME });
    if (review === null) return false;
    const done = review.late.length === 0 ? 0 : await settle(event.id, review.late);
    await compare(event, review);
    return done === GRANTS_AT_A_TIME;
  }

  async function settle(eventId: string, late: OpenGrant[]): Promise<number> {
    const issued = await findIssued(database, eventId, late);
    const isIssued = ({ grant }: OpenGrant) => issued.has(grant.couponId);
    const settled = late.filter(isIssued).map(({ grant }) => grant);
    await grants.settled(eventId, settled);
    const lost = late.filter((open) => !isIssued(open));
    const answers = await Promise.all(lost.map(({ request, grant }) => grants.giveBack(request, grant, 'REFUSED')));
    const back = answers.filter((wasThere) => wasThere).length;
    returned.inc(back);
    if (back > 0) log.warn({ eventId, grants: back }, 'Grants that never reached the table are back in stock.');
    return settled.length + back;
  }

  async function compare(event: CountedEvent, review: Review): Promise<void> {
    const { generation, stock, granted, sequence, open } = review;
    // What is left and what is given, each by itself: of an event that has sold out nothing is left, whatever was lost.
    const coupons = Math.max(Math.abs(event.remaining - stock), Math.abs(event.issued - granted));
    if (coupons === 0 && generation === event.generation) return;
    const seen = [event.generation, event.issued, event.remaining, generation, stock, granted, sequence, open].join();
    if (open === 0 && earlier.get(event.id)?.seen === seen) {
      log.warn({ eventId: event.id, coupons }, 'Redis counts differently from the table.');
      await rebuild(event.id);
    } else {
      differences.set(event.id, { coupons, seen });
    }
  }

  function passEnds(): void {
    unsettled.set([...differences.values()].reduce((sum, { coupons }) => sum + coupons, 0));
    earlier = differences;
    differences = new Map();
  }

  return async () => {
    if (redis.ready() !== null) {
      // Without its counts nothing can differ; the last ones would look like a difference that stays.
      unsettled.set(0);
      return false;
    }
    const events = await openEvents(database, afterId);
    const results = await Promise.allSettled(events.map(reconcileEvent));
    if (results.some((result) => result.status === 'fulfilled' && result.value)) return true;
    afterId = events.length < EVENTS_AT_A_TIME ? '' : (events.at(-1)?.id ?? '');
    if (afterId === '') passEnds();
    // One event that fails keeps no other waiting.
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return afterId !== '';
  };
}

async function openEvents(database: Database, afterId: string): Promise<CountedEvent[]> {
  return database.fork().execute<CountedEvent[]>(
    `SELECT id, generation, issued_count AS issued, total_count - issued_count AS remaining FROM coupon_events
     WHERE id > ? AND starts_at <= UTC_TIMESTAMP(3) AND ends_at > UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE
       AND (ended_at IS NULL OR ended_at > UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE)
     ORDER BY id LIMIT ${EVENTS_AT_A_TIME}`,
    [afterId],
  );
}

/**
 * Which of the grants are coupons. Waits for the event's row first, as a COMMIT under way holds it and would be missed;
 * not for long, as whoever holds it may be stuck. Throws LockWaitTimeoutException.
 */
function findIssued(database: Database, eventId: string, granted: OpenGrant[]): Promise<Set<string>> {
  return database.fork().transactional(async (em) => {
    await em.execute(
      `SET @usual = @@SESSION.innodb_lock_wait_timeout, SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
    );
    try {
      await em.findOneOrFail(CouponEvent, { id: eventId }, { lockMode: LockMode.PESSIMISTIC_READ });
    } finally {
      await em.execute('SET SESSION innodb_lock_wait_timeout = @usual');
    }
    const ids = granted.map(({ grant }) => grant.couponId);
    const rows = await em.execute<{ id: string }[]>(
      `SELECT id FROM coupons WHERE id IN (${ids.map(() => '?').join(', ')})`,
      ids,
    );
    return new Set(rows.map(({ id }) => id));
  });
}
