import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from '@mikro-orm/mysql';
import { newId } from '@shop/kernel';
import { connectRedis, type RedisConnection } from '@shop/redis';
import { createLogger, createMetrics, type Metrics } from '@shop/service-kit';
import { eventually, wireTo } from '@shop/testkit';
import { createGrants, type Grant, type Grants } from '../src/issuing/grants.ts';
import type { IssueRequest } from '../src/issuing/issuer.ts';
import { createRebuild } from '../src/issuing/rebuild.ts';
import { createReconcile } from '../src/issuing/reconcile.ts';
import { keysOf, MADE_IN } from '../src/issuing/redis-keys.ts';
import { reviewEvent } from '../src/issuing/review.ts';
import { createTermsCache, type TermsCache } from '../src/issuing/terms-cache.ts';
import { anIssuer } from './an-issuer.ts';
import { startWorld, type World } from './world.ts';

const log = createLogger('test', { level: 'silent' });
const DAY_SECONDS = 86_400;

let world: World;
let redis: RedisConnection;
let grants: Grants;
let terms: TermsCache;
let rebuild: (eventId: string) => Promise<void>;
let metrics: Metrics;
/** Takes every grant for late: nothing else is under way in these tests. */
let reconcile: () => Promise<boolean>;
let eventId: string;

beforeAll(async () => {
  // Its own reconciling stays out of the way.
  world = await startWorld({ env: { GRANT_SWEEP_MS: '3600000' } });
  redis = await connectRedis({ url: world.servers.redis.url, log });
  const { database } = world;
  grants = createGrants({ redis, log });
  terms = createTermsCache({ redis, database, log, metrics: createMetrics('coupon') });
  rebuild = createRebuild({ redis, database, terms, log });
});

afterAll(async () => {
  await redis.close();
  await world.close();
});

beforeEach(async () => {
  reconcile = aReconcile({ lateAfterSeconds: 0 });
  eventId = (await world.aCouponEvent({ totalCount: 3, maxPerUser: 2 })).id;
});

function aReconcile(more: { lateAfterSeconds?: number } = {}): () => Promise<boolean> {
  metrics = createMetrics('coupon');
  return createReconcile({ database: world.database, redis, grants, rebuild, log, metrics, ...more });
}

const aRequest = (): IssueRequest => ({ eventId, userId: newId(), requestId: `${randomUUID()}:1` });
const stock = async () => Number(await redis.get(keysOf(eventId).stock));
const logged = () => redis.xlen(keysOf(eventId).log);
const metric = async (name: string) => (await metrics.registry.getSingleMetric(name)?.get())?.values[0]?.value;

/** Granted by a process that did not live to say more. */
async function grantAndDie(request: IssueRequest): Promise<Grant> {
  const current = await terms.reload(eventId);
  if (current === null) throw new Error('No event.');
  const reply = await grants.ask(current, request);
  if (reply.kind !== 'GRANTED') throw new Error(reply.kind);
  return reply.grant;
}

function insertCoupon(em: EntityManager, { id, eventId, userId, requestId }: IssueRequest & { id: string }) {
  return em.execute(
    `INSERT INTO coupons (id, event_id, user_id, slot, code, request_id, discount_type, discount_value,
       min_purchase_amount, issued_at, expires_at)
     VALUES (?, ?, ?, 1, ?, ?, 'FIXED', 1, 0, NOW(3), NOW(3))`,
    [id, eventId, userId, newId(), requestId],
  );
}

/** Until a pass has found nothing to do about this event. */
async function reconcileTwice(): Promise<void> {
  await reconcile();
  await reconcile();
}

async function issue(request: IssueRequest) {
  const { data, errors } = await world.ask(await world.aShopper(), request.eventId, request.requestId);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.issueCoupon;
}

async function sellTheRest(): Promise<void> {
  for (let answer = await issue(aRequest()); answer.coupon !== null; ) answer = await issue(aRequest());
  expect(await world.coupons(eventId)).toHaveLength(3);
  expect(await world.event(eventId)).toMatchObject({ issuedCount: 3, soldOut: true });
  await eventually(async () => expect(await world.published(`coupon.soldout.${eventId}`)).toHaveLength(1));
}

describe('a grant that never reached the table', () => {
  it('goes back to stock and to its user, and all is sold in the end', async () => {
    const request = aRequest();
    await grantAndDie(request);
    expect([await stock(), await logged()]).toEqual([2, 1]);
    await reconcile();
    expect([await stock(), await logged()]).toEqual([3, 0]);
    expect(await redis.hget(keysOf(eventId).users, request.userId)).toBe('0');
    expect(await redis.hexists(keysOf(eventId).requests, `${request.userId}:${request.requestId}`)).toBe(0);
    expect(await metric('shop_coupon_grants_returned_total')).toBe(1);
    await sellTheRest();
  });

  it('goes back once, however many processes look for it at once', async () => {
    await grantAndDie(aRequest());
    await Promise.all(
      [reconcile, aReconcile({ lateAfterSeconds: 0 }), aReconcile({ lateAfterSeconds: 0 })].map((run) => run()),
    );
    expect(await stock()).toBe(3);
  });

  it('stays while it may be on its way', async () => {
    await grantAndDie(aRequest());
    reconcile = aReconcile();
    await reconcileTwice();
    expect([await stock(), await logged()]).toEqual([2, 1]);
    expect(await metric('shop_coupon_unsettled_grants')).toBe(1);
  });

  it('goes back and the request sent again gets one coupon', async () => {
    const process = await anIssuer(world);
    try {
      const request = aRequest();
      await grantAndDie(request);
      await reconcile();
      const { coupon } = await process.issuer.issue(request);
      expect((await process.issuer.issue(request)).coupon.id).toBe(coupon.id);
      expect(await world.coupons(eventId)).toHaveLength(1);
      await eventually(async () => expect([await stock(), await logged()]).toEqual([2, 0]));
    } finally {
      await process.close();
    }
  });

  it('goes back although the clock of Redis went back since', async () => {
    const request = aRequest();
    const { couponId, sequence, generation } = await grantAndDie(request);
    const { log } = keysOf(eventId);
    await redis.del(log);
    const grant = ['request', `${request.userId}:${request.requestId}`, 'grant', `${couponId}:${sequence}`];
    await redis.xadd(log, `${generation}-${sequence}`, ...grant, 'at', String(Date.now() / 1_000 + 3_600));
    reconcile = aReconcile();
    await reconcile();
    expect([await stock(), await logged()]).toEqual([3, 0]);
  });

  it('of thousands at once: all go back, a part at a time', async () => {
    eventId = (await world.aCouponEvent({ totalCount: 1_200 })).id;
    await Promise.all(Array.from({ length: 1_200 }, () => grantAndDie(aRequest())));
    let rounds = 1;
    while (await reconcile()) rounds++;
    expect(rounds).toBe(3);
    expect([await stock(), await logged()]).toEqual([1_200, 0]);
  });
});

describe('the log', () => {
  it('is empty once all is settled, and lasts until a day after the end of the event', async () => {
    await Promise.all([issue(aRequest()), issue(aRequest()), issue(aRequest())]);
    expect((await issue(aRequest())).userErrors).toMatchObject([{ code: 'SOLD_OUT' }]);
    await eventually(async () => expect(await logged()).toBe(0));
    const ttl = await redis.ttl(keysOf(eventId).log);
    expect(ttl).toBeGreaterThan(DAY_SECONDS);
    expect(ttl).toBeLessThanOrEqual(DAY_SECONDS + 3_600);
  });

  it('forgets a coupon that its process did not live to report, and leaves it alone', async () => {
    const { coupon } = await issue(aRequest());
    await eventually(async () => expect(await logged()).toBe(0));
    const { generation, [MADE_IN]: _, ...requests } = await redis.hgetall(keysOf(eventId).requests);
    const [[field, grant] = ['', '']] = Object.entries(requests);
    // As it was before the report; a stream would not take an id again.
    await redis.del(keysOf(eventId).log);
    await redis.xadd(keysOf(eventId).log, `${generation}-1`, 'request', field, 'grant', grant, 'at', '0');
    await reconcile();
    expect(grant).toBe(`${coupon?.id}:1`);
    expect(await redis.hget(keysOf(eventId).requests, field)).toBe(grant);
    expect([await stock(), await logged()]).toEqual([2, 0]);
  });

  it('lets nobody give back what is settled, however late they looked', async () => {
    const request = aRequest();
    const grant = await grantAndDie(request);
    await grants.settled(eventId, [grant]);
    expect(await grants.giveBack(request, grant, 'REFUSED')).toBe(false);
    expect(await stock()).toBe(2);
  });

  it('says whether it had what is settled, and Redis whether it still knows it', async () => {
    const request = aRequest();
    const grant = await grantAndDie(request);
    expect(await grants.settled(eventId, [grant])).toBe(true);
    // As by the same request in another process.
    expect(await grants.settled(eventId, [grant])).toBe(false);
    expect(await grants.areKnown(eventId, [{ request, grant }])).toBe(true);
    await redis.hdel(keysOf(eventId).requests, `${request.userId}:${request.requestId}`);
    expect(await grants.areKnown(eventId, [{ request, grant }])).toBe(false);
    // Made anew, they have all that the table has.
    await rebuild(eventId);
    expect(await grants.areKnown(eventId, [{ request, grant }])).toBe(true);
  });

  it('lost alone: is made anew with the rest', async () => {
    await grantAndDie(aRequest());
    await redis.del(keysOf(eventId).log);
    expect((await issue(aRequest())).coupon).not.toBeNull();
    await eventually(async () => expect([await stock(), await logged()]).toEqual([2, 0]));
  });

  it('of a generation before is none of the next one’s', async () => {
    const lost = await grantAndDie(aRequest());
    // Where Redis has lost it, places in the order of service come again.
    await redis.del(keysOf(eventId).sequence);
    await rebuild(eventId);
    const request = aRequest();
    const grant = await grantAndDie(request);
    expect(grant.sequence).toBe(lost.sequence);
    await grants.settled(eventId, [lost]);
    expect(await logged()).toBe(1);
    await reconcile();
    expect([await stock(), await logged()]).toEqual([3, 0]);
  });
});

describe('a batch in the middle of its commit', () => {
  it('keeps its grant, and other events do not wait for it', async () => {
    const request = aRequest();
    const { couponId } = await grantAndDie(request);
    const batch = world.database.fork();
    await batch.begin();
    try {
      await insertCoupon(batch, { ...request, id: couponId });
      await batch.execute('UPDATE coupon_events SET issued_count = issued_count + 1 WHERE id = ?', [eventId]);
      const held = eventId;
      eventId = (await world.aCouponEvent({ totalCount: 3 })).id;
      await grantAndDie(aRequest());
      await expect(reconcile()).rejects.toThrow(/lock wait timeout/i);
      expect([await stock(), await logged()]).toEqual([3, 0]);
      eventId = held;
      expect([await stock(), await logged()]).toEqual([2, 1]);
    } finally {
      await batch.commit();
    }
    await reconcile();
    expect([await stock(), await logged()]).toEqual([2, 0]);
  });
});

describe('a batch that commits after its grant went back', () => {
  /** Holds a batch at the unique key of its request: it is granted, and far from its commit. */
  async function heldBack(
    request: IssueRequest,
    meanwhile: () => Promise<unknown>,
    { redisUrl = world.redisUrl, afterwards = async () => {} } = {},
  ) {
    const process = await anIssuer(world, { redisUrl });
    const blocker = world.database.fork();
    await blocker.begin();
    await insertCoupon(blocker, { ...request, id: newId(), eventId: (await world.aCouponEvent()).id });
    const issued = process.issuer.issue(request);
    try {
      await eventually(async () => expect(await logged()).toBe(1));
      await meanwhile();
      await blocker.rollback();
      await issued;
      await afterwards();
    } finally {
      if (blocker.isInTransaction()) await blocker.rollback();
      await issued.catch(() => undefined);
      await process.close();
    }
    return (await issued).coupon;
  }

  it('is issued, and Redis is told: its request is known although all is sold by now', async () => {
    const request = aRequest();
    const isCounted = async () => expect(await stock()).toBe(2);
    const coupon = await heldBack(request, reconcile, { afterwards: () => eventually(isCounted) });
    await sellTheRest();
    const second = await anIssuer(world);
    try {
      expect((await second.issuer.issue(request)).coupon.id).toBe(coupon.id);
    } finally {
      await second.close();
    }
  });

  it('and cannot tell Redis: that offers one too many, the table refuses it, and all is sold, once', async () => {
    const request = aRequest();
    const wire = await wireTo(world.redisUrl);
    const cut = async () => {
      await reconcile();
      wire.cut();
    };
    const coupon = await heldBack(request, cut, { redisUrl: wire.url });
    await wire.close();
    expect(await stock()).toBe(3);
    expect((await world.coupons(eventId)).map(({ id }) => id)).toEqual([coupon.id]);
    await sellTheRest();
    await eventually(async () => {
      expect((await issue(aRequest())).userErrors).toMatchObject([{ code: 'SOLD_OUT' }]);
      expect(await stock()).toBe(0);
    });
  });

  it('is counted as soon as nothing is under way', async () => {
    const request = aRequest();
    await heldBack(request, reconcile);
    await reconcileTwice();
    expect(await stock()).toBe(2);
    expect(await redis.hget(keysOf(eventId).users, request.userId)).toBe('1');
    await reconcileTwice();
    expect(await metric('shop_coupon_unsettled_grants')).toBe(0);
    await sellTheRest();
  });

  it('is the same coupon for the request sent again before it', async () => {
    const request = aRequest();
    const second = await anIssuer(world);
    let again: Promise<string> | undefined;
    try {
      const coupon = await heldBack(request, async () => {
        await reconcile();
        again = second.issuer.issue(request).then((issued) => issued.coupon.id);
        await eventually(async () => expect(await logged()).toBe(1));
      });
      expect(await again).toBe(await theOnlyCoupon());
      expect(coupon.id).toBe(await theOnlyCoupon());
    } finally {
      await again?.catch(() => undefined);
      await second.close();
    }
    await reconcileTwice();
    await reconcileTwice();
    expect(await stock()).toBe(2);
    await sellTheRest();
  });

  async function theOnlyCoupon(): Promise<string | undefined> {
    const coupons = await world.coupons(eventId);
    expect(coupons).toHaveLength(1);
    return coupons[0]?.id;
  }
});

describe('a process that has lost Redis, beside one that has not', () => {
  it('has the keys made anew once a second at most, and keeps nobody from a coupon', async () => {
    eventId = (await world.aCouponEvent({ totalCount: 1_000 })).id;
    const wire = await wireTo(world.redisUrl);
    const statements: string[] = [];
    const cutOff = await anIssuer(world, { redisUrl: wire.url });
    const well = await anIssuer(world, { onStatement: (sql) => statements.push(sql) });
    const rebuilds = () => statements.filter((sql) => sql.includes('SET generation = generation + 1 WHERE id')).length;
    try {
      await well.issuer.issue(aRequest());
      const [before, startedAt] = [rebuilds(), performance.now()];
      wire.cut();
      await eventually(() => expect(cutOff.redis.ready()).not.toBeNull());
      for (let turns = 0; turns < 30; turns++) {
        const request = aRequest();
        const { coupon } = await cutOff.issuer.issue(request);
        await well.issuer.issue(aRequest());
        // Whatever Redis says of this user: it does not know of that coupon yet.
        await redis.hset(keysOf(eventId).users, request.userId, 2);
        expect(await well.issuer.issue(request)).toMatchObject({ coupon: { id: coupon.id }, isReplay: true });
      }
      const seconds = (performance.now() - startedAt) / 1_000;
      expect(rebuilds() - before).toBeGreaterThan(0);
      expect(rebuilds() - before).toBeLessThanOrEqual(1 + seconds);
    } finally {
      await Promise.all([cutOff.close(), well.close()]);
      await wire.close();
    }
  });
});

describe('counts that differ with nothing under way', () => {
  it.each([
    ['too few in Redis', -1],
    ['too many in Redis', 1],
  ])('%s: are made anew from the table', async (_, by) => {
    await issue(aRequest());
    await redis.incrby(keysOf(eventId).stock, by);
    await reconcileTwice();
    expect(await stock()).toBe(2);
  });

  it('a coupon that Redis has forgotten, of an event that has sold out: is known to its request again', async () => {
    const shopper = await world.aShopper();
    const requestId = randomUUID();
    const { coupon } = await world.issue(shopper, eventId, requestId);
    await sellTheRest();
    // As in a server that took over without the last writes, until a refusal by the table set its stock right.
    await redis.hdel(keysOf(eventId).requests, `${shopper.id}:${requestId}`);
    await redis.hdel(keysOf(eventId).users, shopper.id);
    await reconcileTwice();
    expect((await world.issue(shopper, eventId, requestId)).coupon).toEqual(coupon);
  });

  it('a generation that nobody lived to publish: is published', async () => {
    await world.rows('UPDATE coupon_events SET generation = generation + 1, total_count = 4 WHERE id = ?', [eventId]);
    await reconcileTwice();
    expect(await stock()).toBe(4);
  });

  it('are left alone while coupons are granted', async () => {
    await redis.decr(keysOf(eventId).stock);
    const generation = await redis.get(keysOf(eventId).generation);
    await reconcile();
    await grantAndDie(aRequest());
    reconcile = aReconcile();
    await reconcileTwice();
    expect(await redis.get(keysOf(eventId).generation)).toBe(generation);
  });
});

describe('keys made anew', () => {
  it('go on counting after the grants that are on their way', async () => {
    const places = [(await grantAndDie(aRequest())).sequence];
    await rebuild(eventId);
    places.push((await grantAndDie(aRequest())).sequence);
    await rebuild(eventId);
    expect((await issue(aRequest())).coupon).not.toBeNull();
    places.push(Number((await world.coupons(eventId)).at(-1)?.sequence));
    expect(places).toEqual([1, 2, 3]);
  });

  it('by a process that did not live to publish them: go by themselves', async () => {
    await issue(aRequest());
    const { lock, users, requests } = keysOf(eventId);
    let isOver = false;
    const attempt = rebuild(eventId).finally(() => {
      isOver = true;
    });
    while (!isOver) await redis.del(lock);
    await attempt;
    expect(await reviewEvent(redis, eventId, { lateAfterSeconds: 0, atMost: 1 })).toBeNull();
    for (const key of [users, requests]) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });
});

describe('Redis', () => {
  it('emptied while grants are brought back: nothing is counted twice', async () => {
    for (let turns = 0; turns < 12; turns++) {
      eventId = (await world.aCouponEvent({ totalCount: 3 })).id;
      await grantAndDie(aRequest());
      await grantAndDie(aRequest());
      const round = reconcile().catch(() => false);
      for (let i = 0; i < turns * 3; i++) await nextTurn();
      await redis.flushall();
      const { coupon } = await issue(aRequest());
      await round;
      expect(coupon).not.toBeNull();
      await eventually(async () => expect([await stock(), await logged()]).toEqual([2, 0]));
    }
  });

  it('made anew while grants are brought back: nothing is counted twice', async () => {
    for (let i = 0; i < 10; i++) {
      await grantAndDie(aRequest());
      await grantAndDie(aRequest());
      await Promise.all([rebuild(eventId), reconcile()]);
      await reconcileTwice();
      expect([await stock(), await logged()]).toEqual([3, 0]);
    }
  });

  it('away: nothing is done, and nothing fails', async () => {
    await grantAndDie(aRequest());
    reconcile = aReconcile();
    await reconcile();
    expect(await metric('shop_coupon_unsettled_grants')).toBe(1);
    await world.servers.redis.stop();
    await eventually(() => expect(redis.ready()).not.toBeNull());
    expect(await reconcile()).toBe(false);
    // What nobody can count differs from nothing.
    expect(await metric('shop_coupon_unsettled_grants')).toBe(0);
    await world.redisIsBack();
    await eventually(() => expect(redis.ready()).toBeNull());
    expect((await issue(aRequest())).coupon).not.toBeNull();
    await reconcileTwice();
    expect([await stock(), await logged()]).toEqual([2, 0]);
  });
});

describe('a coupon issued past Redis, of an event that was over before Redis could learn of it', () => {
  it('is the answer to its request, also by a process that has only Redis’ word', async () => {
    const wire = await wireTo(world.servers.redis.url);
    const cutOff = await anIssuer(world, { redisUrl: wire.url });
    const tomorrow = await anIssuer(world, { clock: { now: () => new Date(Date.now() + DAY_SECONDS * 1_000) } });
    const request = { ...aRequest(), eventId };
    try {
      // Makes the keys, in which the next coupon will be missing.
      await cutOff.issuer.issue({ ...aRequest(), eventId });
      wire.cut();
      await eventually(() => expect(cutOff.redis.ready()).not.toBeNull());
      const { coupon } = await cutOff.issuer.issue(request);
      // Until it has been told whom it is talking to, it asks MySQL anyway.
      const server = (await redis.hget(keysOf(eventId).requests, MADE_IN)) ?? '';
      await eventually(() => expect(tomorrow.redis.isServedBy(server)).toBe(true));
      expect(await tomorrow.issuer.issue(request)).toMatchObject({ coupon: { id: coupon.id }, isReplay: true });
      await expect(tomorrow.issuer.issue({ ...aRequest(), eventId })).rejects.toMatchObject({ code: 'ENDED' });
    } finally {
      await Promise.all([cutOff.close(), tomorrow.close()]);
      await wire.close();
    }
  });
});

it('looks at no event that has not begun, or has been over for a minute', async () => {
  await grantAndDie(aRequest());
  for (const times of [
    'starts_at = NOW(3) + INTERVAL 1 HOUR, ends_at = NOW(3) + INTERVAL 2 HOUR',
    'starts_at = NOW(3) - INTERVAL 2 HOUR, ends_at = NOW(3) - INTERVAL 2 MINUTE',
  ]) {
    await world.rows(`UPDATE coupon_events SET ${times} WHERE id = ?`, [eventId]);
    await reconcile();
    expect(await logged()).toBe(1);
  }
});
