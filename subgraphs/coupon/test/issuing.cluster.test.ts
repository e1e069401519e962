import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectRedis } from '@shop/redis';
import { createLogger } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;
/** A second process of the service. */
let other: Awaited<ReturnType<World['startAnother']>>;

beforeAll(async () => {
  world = await startWorld({ redisCluster: true });
  other = await world.startAnother();
}, 60_000);

afterAll(async () => {
  await other.close();
  await world.close();
});

const USERS = 500;
const TOTAL = 100;
const PATIENTLY = { timeoutMs: 20_000 };

/** All ask, fifty at a time, half of them at each process; the codes of their answers. */
async function ask(shoppers: Shopper[], eventId: string, whenHalf?: () => Promise<unknown>): Promise<string[]> {
  const waiting = shoppers.map((shopper, i) => (i % 2 === 0 ? shopper : shopper.at(other.url)));
  const outcomes: string[] = [];
  let meanwhile: Promise<unknown> | undefined;
  const row = async () => {
    for (let shopper = waiting.shift(); shopper; shopper = waiting.shift()) {
      const answer = await world.ask(shopper, eventId);
      outcomes.push(answer.data?.issueCoupon.userErrors[0]?.code ?? answer.errors?.[0]?.extensions.code ?? 'ISSUED');
      if (outcomes.length >= shoppers.length / 2) meanwhile ??= whenHalf?.();
    }
  };
  await Promise.all(Array.from({ length: 50 }, row));
  await meanwhile;
  return outcomes;
}

const count = (outcomes: string[], code: string) => outcomes.filter((outcome) => outcome === code).length;
const stockOf = (eventId: string) => world.redis((redis) => redis.get(`event:{${eventId}}:stock`));
const ownersOf = (eventId: string) => world.servers.redisCluster.ownersOf(`event:{${eventId}}:stock`);

async function expectSoldExactly(eventId: string): Promise<void> {
  const coupons = await world.coupons(eventId);
  expect(coupons).toHaveLength(TOTAL);
  expect(new Set(coupons.map(({ user_id }) => user_id)).size).toBe(TOTAL);
  expect(await world.event(eventId)).toMatchObject({ issuedCount: TOTAL, soldOut: true });
  await eventually(async () => expect(await world.published(`coupon.soldout.${eventId}`)).toHaveLength(1));
  await eventually(async () => expect(await stockOf(eventId)).toBe('0'), PATIENTLY);
}

/** Throws the replicas out, and lets nobody in who has no password. Whoever is in already stays. */
async function stopReplication(url: string): Promise<void> {
  const primary = await connectRedis({ url, log: createLogger('test', { level: 'silent' }) });
  await primary.config('SET', 'requirepass', 'for nobody');
  await primary.call('CLIENT', 'KILL', 'TYPE', 'replica');
  await primary.close();
}

/** Waits until somebody else has the event's keys and the processes know. */
async function untilTakenOver(eventId: string, lost: unknown): Promise<void> {
  await eventually(async () => expect((await ownersOf(eventId)).primary).not.toBe(lost), PATIENTLY);
  await world.untilRedisIsNoticed();
  await world.untilRedisIsNoticed(other.url);
}

describe('coupons on a cluster', () => {
  it('a hundred for five hundred: exact, in the order of service', async () => {
    const event = await world.aCouponEvent({ totalCount: TOTAL });
    const outcomes = await ask(await world.shoppers(USERS), event.id);
    expect([count(outcomes, 'ISSUED'), count(outcomes, 'SOLD_OUT')]).toEqual([TOTAL, USERS - TOTAL]);
    await expectSoldExactly(event.id);
    const sequences = (await world.coupons(event.id)).map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual(Array.from({ length: TOTAL }, (_, i) => i + 1));
  });

  it('a primary is killed in the middle: exact all the same, and every request is answered', async () => {
    const event = await world.aCouponEvent({ totalCount: TOTAL });
    const { primary } = await ownersOf(event.id);
    const shoppers = await world.shoppers(USERS);
    const before = await ask(shoppers.splice(0, 80), event.id, () => primary.kill());
    await untilTakenOver(event.id, primary);
    const after = await ask(shoppers, event.id);
    const outcomes = [...before, ...after];
    expect([count(outcomes, 'ISSUED'), count(outcomes, 'SOLD_OUT')]).toEqual([TOTAL, USERS - TOTAL]);
    await expectSoldExactly(event.id);
    await primary.start();
  }, 60_000);

  it('a replica takes over that has missed grants: the table holds the cap, and what was given stays given', async () => {
    const event = await world.aCouponEvent({ totalCount: TOTAL });
    const shoppers = await world.shoppers(USERS);
    const { primary } = await eventually(async () => {
      const owners = await ownersOf(event.id);
      expect(owners.replicas.length).toBeGreaterThan(0);
      return owners;
    }, PATIENTLY);
    await stopReplication(primary.url);
    const [first] = shoppers as [Shopper];
    const requestId = randomUUID();
    const { coupon } = await world.issue(first, event.id, requestId);
    const before = await ask(shoppers.splice(1, 30), event.id);
    await primary.kill();
    await untilTakenOver(event.id, primary);

    expect((await world.issue(first, event.id, requestId)).coupon).toEqual(coupon);
    expect((await world.issue(first, event.id)).userErrors[0]?.code).toBe('PER_USER_LIMIT_REACHED');
    const after = await ask(shoppers.slice(1), event.id);
    expect([count(before, 'ISSUED'), count(after, 'ISSUED')]).toEqual([30, TOTAL - 31]);
    await expectSoldExactly(event.id);
    expect((await world.issue(first, event.id, requestId)).coupon).toEqual(coupon);
    await primary.start();
  }, 60_000);
});
