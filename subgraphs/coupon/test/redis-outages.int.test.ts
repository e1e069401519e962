import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

const USERS = 300;
const TOTAL = 100;

/** Asks in the name of many, one after the other in ten rows, while something happens in the middle. */
async function rush(eventId: string, inTheMiddle: () => Promise<unknown>): Promise<string[]> {
  const shoppers = await world.shoppers(USERS);
  const outcomes: string[] = [];
  let disaster: Promise<unknown> | undefined;
  const row = async () => {
    for (let shopper = shoppers.pop(); shopper; shopper = shoppers.pop()) {
      const answer = await world.ask(shopper, eventId);
      outcomes.push(answer.data?.issueCoupon.userErrors[0]?.code ?? answer.errors?.[0]?.extensions.code ?? 'ISSUED');
      if (outcomes.length > TOTAL / 2) disaster ??= inTheMiddle();
    }
  };
  await Promise.all(Array.from({ length: 10 }, row));
  await disaster;
  return outcomes;
}

async function expectSoldExactly(eventId: string, outcomes: string[]): Promise<void> {
  const coupons = await world.coupons(eventId);
  expect(coupons).toHaveLength(TOTAL);
  expect(new Set(coupons.map(({ user_id }) => user_id)).size).toBe(TOTAL);
  expect(outcomes.filter((outcome) => outcome === 'ISSUED')).toHaveLength(TOTAL);
  expect(await world.event(eventId)).toMatchObject({ issuedCount: TOTAL, soldOut: true });
  await eventually(async () => expect(await world.published(`coupon.soldout.${eventId}`)).toHaveLength(1));
}

describe('Redis', () => {
  it('emptied in the middle: sells exactly what there is', async () => {
    const event = await world.aCouponEvent({ totalCount: TOTAL });
    const outcomes = await rush(event.id, () => world.redis((redis) => redis.flushall()));
    await expectSoldExactly(event.id, outcomes);
  });

  it('stopped in the middle: sells exactly what there is', async () => {
    const event = await world.aCouponEvent({ totalCount: TOTAL });
    const outcomes = await rush(event.id, () => world.servers.redis.stop());
    await world.redisIsBack();
    await expectSoldExactly(event.id, outcomes);
  });

  it('stopped and started empty in the middle: sells exactly what there is', async () => {
    const event = await world.aCouponEvent({ totalCount: TOTAL });
    const outcomes = await rush(event.id, async () => {
      await world.servers.redis.stop();
      await world.redisIsBack();
      await world.redis((redis) => redis.flushall());
    });
    await expectSoldExactly(event.id, outcomes);
  });

  it('one key lost: the rest is made anew with it', async () => {
    for (const name of ['stock', 'users', 'requests', 'seq', 'gen']) {
      const event = await world.aCouponEvent({ totalCount: 2 });
      const [first, second, third] = await world.shoppers(3);
      const requestId = randomUUID();
      const { coupon } = await world.issue(first as never, event.id, requestId);
      await world.redis((redis) => redis.del(`event:{${event.id}}:${name}`));
      expect((await world.issue(first as never, event.id)).userErrors[0]?.code).toBe('PER_USER_LIMIT_REACHED');
      expect((await world.issue(first as never, event.id, requestId)).coupon).toEqual(coupon);
      expect((await world.issue(second as never, event.id)).coupon).not.toBeNull();
      expect((await world.issue(third as never, event.id)).userErrors[0]?.code).toBe('SOLD_OUT');
      expect((await world.coupons(event.id)).map(({ sequence }) => Number(sequence))).toEqual([1, 2]);
    }
  });

  it('emptied after a sell-out: a request sent again still gets its coupon', async () => {
    const event = await world.aCouponEvent({ totalCount: 1 });
    const [shopper, late] = await world.shoppers(2);
    const requestId = randomUUID();
    const { coupon } = await world.issue(shopper as never, event.id, requestId);
    await world.redis((redis) => redis.flushall());
    expect((await world.issue(late as never, event.id)).userErrors[0]?.code).toBe('SOLD_OUT');
    expect((await world.issue(shopper as never, event.id, requestId)).coupon).toEqual(coupon);
  });

  it('away: coupons are issued, limits hold, and it learns of them when it is back', async () => {
    const event = await world.aCouponEvent({ totalCount: 3 });
    const [first, second, third] = await world.shoppers(3);
    await world.issue(first as never, event.id);
    await world.servers.redis.stop();
    const requestId = randomUUID();
    const { coupon } = await world.issue(second as never, event.id, requestId);
    expect(coupon).not.toBeNull();
    expect((await world.issue(second as never, event.id)).userErrors[0]?.code).toBe('PER_USER_LIMIT_REACHED');
    expect((await world.issue(second as never, event.id, requestId)).coupon).toEqual(coupon);
    await world.redisIsBack();
    expect((await world.issue(third as never, event.id)).coupon).not.toBeNull();
    await eventually(async () =>
      expect(await world.redis((redis) => redis.get(`event:{${event.id}}:stock`))).toBe('0'),
    );
  });

  it('has the keys of an event until a day after its end, under the names of the contract', async () => {
    const event = await world.aCouponEvent({ totalCount: 5 });
    const shopper = await world.aShopper();
    await world.issue(shopper, event.id);
    await world.redis(async (redis) => {
      const key = (name: string) => `event:{${event.id}}:${name}`;
      expect(await redis.get(key('stock'))).toBe('4');
      expect(await redis.get(key('seq'))).toBe('1');
      expect(await redis.hget(key('users'), shopper.id)).toBe('1');
      expect(await redis.hgetall(key('info'))).toMatchObject({ id: event.id, maxPerUser: '1' });
      for (const name of ['stock', 'users', 'requests', 'seq', 'gen']) {
        const ttl = await redis.ttl(key(name));
        expect(ttl).toBeGreaterThan(24 * 3_600);
        expect(ttl).toBeLessThanOrEqual(25 * 3_600);
      }
      expect(await redis.exists(key('lock'))).toBe(0);
    });
  });
});
