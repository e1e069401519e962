import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { eventually } from '@shop/testkit';
import { openCouponDatabase } from '../src/db/open-coupon-database.ts';
import { CouponEvent } from '../src/domain/coupon-event.ts';
import { commitBatch, OutcomeUnknown } from '../src/issuing/commit-batch.ts';
import { termsOf } from '../src/issuing/issue-terms.ts';
import { type IssueAnswer, patience, type Shopper, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ env: { ISSUE_RATE_PER_SECOND: '1', ISSUE_RATE_BURST: '4' } });
});

afterAll(() => world.close());

const refusalOf = ({ userErrors }: IssueAnswer) => userErrors[0]?.code;

async function emptyTheBucket(shopper: Shopper, eventId: string): Promise<void> {
  await eventually(async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => world.ask(shopper, eventId)));
    expect(answers.at(-1)?.errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
  });
}

/** What would keep a new request of this user from getting a coupon. */
const obstacles: [string, (shopper: Shopper, eventId: string) => Promise<unknown>, string][] = [
  ['the event has ended', (_, id) => world.update({ id, ended: true }), 'ENDED'],
  ['it has sold out', async (_, id) => world.issue(await world.aShopper(), id), 'SOLD_OUT'],
  ['the user has as many as one may have', (shopper, id) => world.issue(shopper, id), 'PER_USER_LIMIT_REACHED'],
  ['the user has asked too often', (shopper, id) => emptyTheBucket(shopper, id), 'RATE_LIMITED'],
];

/** Whoever remembers the request. */
const memories: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
  ['Redis', async () => {}, async () => {}],
  // Emptied of what it knows of events; the buckets stay.
  ['MySQL, since Redis lost the event', forgetEvents, async () => {}],
  ['MySQL, since Redis is away', () => world.servers.redis.stop(), () => world.redisIsBack()],
];

function forgetEvents(): Promise<unknown> {
  return world.redis(async (redis) => redis.unlink(...(await redis.keys('event:*'))));
}

describe.each(memories)('a request that got its coupon, remembered by %s,', (_, begin, end) => {
  it.each(obstacles)('is answered with it when %s', async (__, obstruct, refusal) => {
    const event = await world.aCouponEvent({ totalCount: refusal === 'SOLD_OUT' ? 2 : 100, maxPerUser: 2 });
    const shopper = await world.aShopper();
    const requestId = randomUUID();
    const { coupon } = await world.issue(shopper, event.id, requestId);
    await obstruct(shopper, event.id);
    await begin();
    try {
      // Alone in a process, a bucket is full again.
      if (refusal === 'RATE_LIMITED') await emptyTheBucket(shopper, event.id);
      const another = await world.ask(shopper, event.id);
      expect(another.errors?.[0]?.extensions.code ?? another.data?.issueCoupon.userErrors[0]?.code).toBe(refusal);
      const again = await world.ask(shopper, event.id, requestId);
      expect(again.data?.issueCoupon.coupon).toEqual(coupon);
      expect(again.extensions).toMatchObject({ idempotentReplay: true });
    } finally {
      await end();
    }
  });

  it('costs nothing, however often it is sent: the next new ones are let through', async () => {
    const event = await world.aCouponEvent({ maxPerUser: 4 });
    const shopper = await world.aShopper();
    const requestId = randomUUID();
    const { coupon } = await world.issue(shopper, event.id, requestId);
    await begin();
    try {
      for (let times = 0; times < 20; times++) {
        expect((await world.issue(shopper, event.id, requestId)).coupon).toEqual(coupon);
      }
      const others = await Promise.all([1, 2, 3].map(() => world.ask(shopper, event.id)));
      expect(others.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    } finally {
      await end();
    }
  });
});

describe('the id of a request', () => {
  const day = 86_400_000;

  it.each([
    ['SOLD_OUT', { totalCount: 1 }],
    ['NOT_STARTED', { startsAt: new Date(Date.now() + day), endsAt: new Date(Date.now() + 2 * day) }],
    ['ENDED', { startsAt: new Date(Date.now() - 2 * day), endsAt: new Date(Date.now() - day) }],
  ])('that has a coupon hears %s of another event, which changes nothing', async (refusal, terms) => {
    const first = await world.aCouponEvent();
    const second = await world.aCouponEvent(terms);
    if (refusal === 'SOLD_OUT') await world.issue(await world.aShopper(), second.id);
    const shopper = await world.aShopper();
    const requestId = randomUUID();
    const { coupon } = await world.issue(shopper, first.id, requestId);
    expect(refusalOf(await world.issue(shopper, second.id, requestId))).toBe(refusal);
    expect((await world.issue(shopper, first.id, requestId)).coupon).toEqual(coupon);
  });

  it('that was refused is free for whatever gets a coupon by it first, and then for nothing else', async () => {
    const [full, open] = [await world.aCouponEvent({ totalCount: 1 }), await world.aCouponEvent()];
    await world.issue(await world.aShopper(), full.id);
    const shopper = await world.aShopper();
    const requestId = randomUUID();
    expect(refusalOf(await world.issue(shopper, full.id, requestId))).toBe('SOLD_OUT');
    expect((await world.issue(shopper, open.id, requestId)).coupon).not.toBeNull();

    await world.update({ id: full.id, totalCount: 2 });
    const reused = await world.ask(shopper, full.id, requestId);
    expect(reused.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await world.coupons(full.id)).toHaveLength(1);
    // What Redis had granted went back: it can be had.
    expect((await world.issue(await world.aShopper(), full.id)).coupon).not.toBeNull();
  });

  describe('in a batch', () => {
    let database: Database;
    let statements: string[];
    beforeEach(async () => {
      statements = [];
      database = await openCouponDatabase({
        settings: { DATABASE_URL: world.servers.databaseUrl, DATABASE_MIGRATE: false, DATABASE_POOL_SIZE: 1 },
        log: createLogger('test', { level: 'silent' }),
        onStatement: (sql) => statements.push(sql),
        patience,
      });
    });
    afterEach(() => database.close());

    /** A coupon of one event under the request id of a shopper, and makes requests for another event. */
    async function aReusedId() {
      const [first, second] = [await world.aCouponEvent(), await world.aCouponEvent()];
      const shopper = await world.aShopper();
      const requestId = randomUUID();
      await world.issue(shopper, first.id, requestId);
      const terms = termsOf(await world.database.fork().findOneOrFail(CouponEvent, { id: second.id }));
      const pastRedis = (userId = newId(), id: string = randomUUID()) => ({
        request: { eventId: second.id, userId, requestId: id },
        terms,
        grant: { couponId: newId(), sequence: null, generation: null },
      });
      return { pastRedis, reused: () => pastRedis(shopper.id, requestId), terms };
    }

    it('that has a coupon of another event is refused alone, and its batch is tried once more', async () => {
      const { pastRedis, reused, terms } = await aReusedId();
      const batch = [...Array.from({ length: 63 }, () => pastRedis()), reused()];
      const { outcomes, generation } = await commitBatch(database, batch);
      expect(outcomes.pop()).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
      expect(outcomes).toMatchObject(batch.slice(0, -1).map(({ grant }) => ({ id: grant.couponId })));
      // Redis has not counted them.
      expect(generation).toBe(terms.generation + 1);
      expect(statements.filter((sql) => sql.includes('] begin'))).toHaveLength(2);
    });

    it('that has its coupon is not told what the others fail with: the table is asked', async () => {
      const { pastRedis, reused } = await aReusedId();
      const tooLong = pastRedis(newId(), 'x'.repeat(201));
      await expect(commitBatch(database, [reused(), tooLong])).rejects.toThrow(OutcomeUnknown);
      await expect(commitBatch(database, [tooLong])).rejects.not.toThrow(OutcomeUnknown);
    });

    it('that is new costs no statement of its own', async () => {
      const { pastRedis } = await aReusedId();
      await commitBatch(database, [pastRedis()]);
      statements.length = 0;
      await commitBatch(database, [pastRedis(), pastRedis(), pastRedis()]);
      expect(statements).toEqual([
        expect.stringContaining('begin'),
        expect.stringContaining('SELECT clock.now'),
        expect.stringContaining('INSERT INTO coupons'),
        expect.stringContaining('INSERT INTO outbox_pending'),
        expect.stringContaining('UPDATE coupon_events'),
        expect.stringContaining('commit'),
      ]);
    });
  });
});
