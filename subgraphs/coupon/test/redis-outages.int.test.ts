import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { anIssuer } from './an-issuer.ts';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

async function generationOf(eventId: string): Promise<number> {
  const rows = await world.rows<{ generation: number }>('SELECT generation FROM coupon_events WHERE id = ?', [eventId]);
  return Number(rows[0]?.generation);
}

describe('Redis', () => {
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

  it('away after a sell-out: hardly anybody reaches MySQL, and a request sent again still gets its coupon', async () => {
    const { id } = await world.aCouponEvent({ totalCount: 1 });
    const statements: string[] = [];
    const process = await anIssuer(world, { onStatement: (sql) => statements.push(sql) });
    const aRequest = () => ({ eventId: id, userId: newId(), requestId: randomUUID() });
    try {
      const first = aRequest();
      const { coupon } = await process.issuer.issue(first);
      await world.servers.redis.stop();
      statements.length = 0;
      const others = await Promise.allSettled(Array.from({ length: 200 }, () => process.issuer.issue(aRequest())));
      expect(others.every((other) => other.status === 'rejected' && other.reason.code === 'SOLD_OUT')).toBe(true);
      expect((await process.issuer.issue(first)).coupon.id).toBe(coupon.id);
      expect(statements.length).toBeLessThan(40);
    } finally {
      await world.redisIsBack();
      await process.close();
    }
  });

  it('back with what it knew a moment before: every coupon stays whose it is, and none is issued too many', async () => {
    const event = await world.aCouponEvent({ totalCount: 3 });
    const [first, second, third, ...late] = (await world.shoppers(6)) as [Shopper, Shopper, Shopper, ...Shopper[]];
    await world.issue(first, event.id);
    await world.redis((redis) => redis.save());
    const requestId = randomUUID();
    const { coupon } = await world.issue(second, event.id, requestId);
    await world.servers.redis.kill();
    await world.redisIsBack();
    expect(await world.redis((redis) => redis.get(`event:{${event.id}}:stock`))).toBe('2');

    expect((await world.issue(third, event.id)).coupon).not.toBeNull();
    for (const shopper of late) expect((await world.issue(shopper, event.id)).userErrors[0]?.code).toBe('SOLD_OUT');
    expect((await world.issue(second, event.id, requestId)).coupon).toEqual(coupon);
    expect(await world.coupons(event.id)).toHaveLength(3);
  });

  it('back with what it knew before the sell-out: made anew once, by whoever sees it first', async () => {
    const event = await world.aCouponEvent({ totalCount: 1 });
    const [winner, late] = (await world.shoppers(2)) as [Shopper, Shopper];
    await world.redis((redis) => redis.save());
    const requestId = randomUUID();
    const { coupon } = await world.issue(winner, event.id, requestId);
    const [before, other] = [await generationOf(event.id), await anIssuer(world)];
    try {
      await world.servers.redis.kill();
      await world.redisIsBack();
      await eventually(() => expect(other.redis.ready()).toBeNull());
      expect((await world.issue(winner, event.id, requestId)).coupon).toEqual(coupon);
      expect((await world.issue(late, event.id)).userErrors[0]?.code).toBe('SOLD_OUT');
      await eventually(async () =>
        expect(await world.redis((redis) => redis.get(`event:{${event.id}}:gen`))).toBe(`${before + 1}`),
      );
      const again = { eventId: event.id, userId: winner.id, requestId };
      expect((await other.issuer.issue(again)).coupon.id).toBe(coupon?.id);
      await expect(other.issuer.issue({ ...again, userId: late.id })).rejects.toMatchObject({ code: 'SOLD_OUT' });
      expect(await generationOf(event.id)).toBe(before + 1);
    } finally {
      await other.close();
    }
  });

  it('back with what it knew before, of an event that is over: whoever has a coupon of it hears so', async () => {
    const event = await world.aCouponEvent();
    const winner = await world.aShopper();
    await world.redis((redis) => redis.save());
    const requestId = randomUUID();
    const { coupon } = await world.issue(winner, event.id, requestId);
    await world.servers.redis.kill();
    await world.redisIsBack();
    const tomorrow = await anIssuer(world, { clock: { now: () => new Date(Date.now() + 86_400_000) } });
    try {
      const request = { eventId: event.id, userId: winner.id };
      const aNewOne = tomorrow.issuer.issue({ ...request, requestId: randomUUID() });
      await expect(aNewOne).rejects.toMatchObject({ code: 'ENDED' });
      expect((await tomorrow.issuer.issue({ ...request, requestId })).coupon.id).toBe(coupon?.id);
    } finally {
      await tomorrow.close();
    }
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
      // A copy of what the table says: an hour, a tenth more or less.
      const infoTtl = await redis.ttl(key('info'));
      expect(infoTtl).toBeGreaterThan(3_180);
      expect(infoTtl).toBeLessThanOrEqual(3_960);
      expect(await redis.exists(key('lock'))).toBe(0);
    });
  });
});
