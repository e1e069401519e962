import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
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
});
