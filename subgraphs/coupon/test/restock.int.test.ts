import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CouponRestocked } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { recordEvent } from '@shop/messaging';
import { eventually } from '@shop/testkit';
import { CouponEvent } from '../src/domain/coupon-event.ts';
import { anIssuer } from './an-issuer.ts';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

/** An event that has sold out, as every process knows. */
async function aSoldOutEvent(): Promise<string> {
  const { id } = await world.aCouponEvent({ totalCount: 1 });
  await world.issue(await world.aShopper(), id);
  expect((await world.issue(await world.aShopper(), id)).userErrors).toMatchObject([{ code: 'SOLD_OUT' }]);
  return id;
}

/** What an ADMIN's process has committed when it dies before it tells Redis. */
async function restockAndDie(id: string, { announced }: { announced: boolean }): Promise<void> {
  await world.database.fork().transactional(async (em) => {
    const event = await em.findOneOrFail(CouponEvent, { id });
    event.edit({ totalCount: 2 }, new Date());
    if (announced) await recordEvent(em, CouponRestocked, { subject: id, data: { eventId: id, remaining: 1 } });
  });
}

describe('a restock whose process died before it told Redis', () => {
  it.each([
    ['announced', true],
    ['not announced yet', false],
  ])('and %s: what there is is sold, soon', async (_, announced) => {
    const eventId = await aSoldOutEvent();
    await restockAndDie(eventId, { announced });
    const late = await world.aShopper();
    await eventually(async () => expect((await world.issue(late, eventId)).coupon).not.toBeNull(), { everyMs: 100 });
    expect((await world.issue(await world.aShopper(), eventId)).userErrors).toMatchObject([{ code: 'SOLD_OUT' }]);
    expect(await world.coupons(eventId)).toHaveLength(2);
  });

  it('is known at once to a process that hears of it', async () => {
    const eventId = await aSoldOutEvent();
    const process = await anIssuer(world);
    const ask = () => process.issuer.issue({ eventId, userId: newId(), requestId: randomUUID() });
    try {
      await expect(ask()).rejects.toMatchObject({ code: 'SOLD_OUT' });
      await restockAndDie(eventId, { announced: false });
      await process.issuer.restocked(eventId);
      expect((await ask()).coupon.eventId).toBe(eventId);
    } finally {
      await process.close();
    }
  });
});

describe('another process', () => {
  // It may be told after it was asked, or be kept waiting itself: then with the next event.
  const sooner = { timeoutMs: 40_000 };
  /** How often it had to find out what an event is. */
  async function lookUps(): Promise<number> {
    const metrics = await (await fetch(`${other.url}/metrics`)).text();
    const found = [...metrics.matchAll(/^shop_coupon_terms_loads_total\{.*\} (\d+)$/gm)];
    return found.reduce((sum, [, count]) => sum + Number(count), 0);
  }
  let other: Awaited<ReturnType<World['startAnother']>>;

  beforeAll(async () => {
    other = await world.startAnother({ GRANT_SWEEP_MS: '3600000' });
  });

  afterAll(() => other.close());

  it('hears of the sell-out, and answers without a look at the event', async () => {
    const shopper = await world.aShopper({ url: other.url });
    await eventually(async () => {
      const { id } = await world.aCouponEvent({ totalCount: 1 });
      await world.issue(await world.aShopper(), id);
      await eventually(async () => expect(await world.published(`coupon.soldout.${id}`)).toHaveLength(1));
      const before = await lookUps();
      expect((await world.issue(shopper, id)).userErrors[0]?.code).toBe('SOLD_OUT');
      expect(await lookUps()).toBe(before);
    }, sooner);
  });

  it('hears of the restock before its own memory of the sell-out ends', async () => {
    const shoppers = await world.shoppers(2, { url: other.url });
    await eventually(async () => {
      const { id } = await world.aCouponEvent({ totalCount: 1 });
      const soldOutAt = performance.now();
      await world.issue(await world.aShopper(), id);
      const [early, late] = shoppers as [Shopper, Shopper];
      expect((await world.issue(early, id)).userErrors[0]?.code).toBe('SOLD_OUT');
      await world.update({ id, totalCount: 2 });
      await eventually(async () => expect((await world.issue(late, id)).coupon).not.toBeNull());
      expect(performance.now() - soldOutAt).toBeLessThan(1_000);
    }, sooner);
  });
});

describe('an event that has sold out', () => {
  it('does not keep reaching MySQL', async () => {
    const eventId = await aSoldOutEvent();
    const shoppers = await world.shoppers(100);
    const statements = await world.countStatements(async () => {
      const answers = await Promise.all(shoppers.map((shopper) => world.issue(shopper, eventId)));
      expect(answers.every(({ userErrors }) => userErrors[0]?.code === 'SOLD_OUT')).toBe(true);
    });
    expect(statements).toBeLessThan(10);
  });
});
