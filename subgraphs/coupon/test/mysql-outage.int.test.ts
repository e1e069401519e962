import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { createDatabaseClock } from '../src/issuing/database-clock.ts';
import { anIssuer } from './an-issuer.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ ownMysql: true });
});

afterAll(() => world.close());

describe('MySQL away', () => {
  it('issues nothing, loses nothing, and goes on when it is back', async () => {
    const event = await world.aCouponEvent({ totalCount: 20 });
    const shoppers = await world.shoppers(30);
    const [first] = shoppers;
    if (!first) throw new Error('Nobody is there.');
    const requestId = randomUUID();
    const { coupon } = await world.issue(first, event.id, requestId);

    await world.servers.mysql?.stop();
    const refused = await Promise.all(shoppers.slice(1, 11).map((shopper) => world.ask(shopper, event.id)));
    expect(refused.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(Array(10).fill('SERVICE_UNAVAILABLE'));
    expect(await world.redis((redis) => redis.get(`event:{${event.id}}:stock`))).toBe('19');

    await world.servers.mysql?.start();
    await eventually(
      async () => expect((await world.ask(first, event.id, requestId)).data?.issueCoupon.coupon).toEqual(coupon),
      {
        timeoutMs: 15_000,
      },
    );
    const answers = await Promise.all(shoppers.slice(1).map((shopper) => world.issue(shopper, event.id)));
    expect(answers.filter((answer) => answer.coupon !== null)).toHaveLength(19);
    expect(await world.coupons(event.id)).toHaveLength(20);
  });

  it('says of an event that has sold out that it has, for as long as it lasts', async () => {
    const event = await world.aCouponEvent({ totalCount: 1 });
    await world.issue(await world.aShopper(), event.id);
    await world.servers.mysql?.stop();
    try {
      // Longer than any process remembers without asking.
      const until = performance.now() + 2_500;
      while (performance.now() < until) {
        const answer = await world.ask(await world.aShopper(), event.id);
        expect(answer.data?.issueCoupon.userErrors).toMatchObject([{ code: 'SOLD_OUT' }]);
      }
    } finally {
      await world.servers.mysql?.start();
    }
    await eventually(async () => expect(await world.event(event.id)).toMatchObject({ soldOut: true }), {
      timeoutMs: 15_000,
    });
  });
});

describe('MySQL hung', () => {
  it('lets five thousand wait for it; the others come back later, and leave what Redis gave them', async () => {
    const event = await world.aCouponEvent({ totalCount: 20_000 });
    const process = await anIssuer(world);
    const ask = () => process.issuer.issue({ eventId: event.id, userId: newId(), requestId: randomUUID() });
    const stock = () => world.redis((redis) => redis.get(`event:{${event.id}}:stock`));
    try {
      await ask();
      world.servers.mysql?.hang();
      const answers = Array.from({ length: 5_500 }, ask);
      const refused = new Set<unknown>();
      for (const answer of answers) answer.catch((error) => refused.add(error));
      const admitted = await eventually(
        async () => {
          const left = 5_500 - refused.size;
          expect(await stock()).toBe(String(20_000 - 1 - left));
          // Those that are being served, at most a full batch, are not waiting.
          expect(left).toBeGreaterThan(5_000);
          expect(left).toBeLessThanOrEqual(5_256);
          return left;
        },
        { timeoutMs: 10_000 },
      );
      for (const error of refused) expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1_000 });
      world.servers.mysql?.wake();
      await Promise.allSettled(answers);
      expect(refused.size).toBe(5_500 - admitted);
      expect(await world.coupons(event.id)).toHaveLength(1 + admitted);
    } finally {
      world.servers.mysql?.wake();
      await process.close();
    }
  });

  it('leaves the clock of a process right: how late an answer came says nothing of the time', async () => {
    const clock = await createDatabaseClock(world.database, createLogger('test', { level: 'silent' }), 50);
    const errorMs = () => Math.abs(clock.now().getTime() - Date.now());
    const passes = (ms: number) => {
      const end = performance.now() + ms;
      return eventually(() => expect(performance.now()).toBeGreaterThan(end), { everyMs: 5 });
    };
    try {
      world.servers.mysql?.hang();
      await passes(1_200);
      world.servers.mysql?.wake();
      const errors: number[] = [];
      await eventually(
        () => {
          errors.push(errorMs());
          expect(errors.length).toBeGreaterThan(40);
        },
        { everyMs: 5 },
      );
      expect(Math.max(...errors)).toBeLessThan(200);
    } finally {
      world.servers.mysql?.wake();
      clock.close();
    }
  });
});
