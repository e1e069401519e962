import { randomUUID } from 'node:crypto';
import {
  CouponEventPageDocument,
  CouponSoldOutDocument,
  IssueCouponDocument,
  UpdateCouponEventDocument,
} from '@shop/schema/operations';
import { eventually } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf, type Shopper } from './world.ts';

const world = createWorld(runningShop().gatewayUrl);

it('tells whoever waits when the last coupon goes, and whoever comes late at once', async () => {
  const couponEventId = await world.aCouponEvent({ totalCount: 2 });
  const elsewhere = await world.aCouponEvent({ totalCount: 1 });
  const waiting = world.subscribe(CouponSoldOutDocument, { couponEventId });
  const everywhere = world.subscribe(CouponSoldOutDocument, { couponEventId: null });
  const other = world.subscribe(CouponSoldOutDocument, { couponEventId: elsewhere });
  await Promise.all([waiting.connected, everywhere.connected, other.connected]);

  await world.aCoupon(await world.aShopper(), couponEventId);
  await world.aCoupon(await world.aShopper(), couponEventId);

  const soldOut = {
    couponSoldOut: {
      soldOutAt: expect.any(String),
      couponEvent: { id: couponEventId, title: expect.any(String), remainingCount: 0, soldOut: true },
    },
  };
  await eventually(() => expect(waiting.events).toEqual([soldOut]));
  await eventually(() => expect(everywhere.events).toContainEqual(soldOut));

  const late = world.subscribe(CouponSoldOutDocument, { couponEventId });
  await eventually(() => expect(late.events).toEqual([soldOut]));
  expect(other.events).toEqual([]);

  // More coupons are no longer news of a sell-out; their end is another one.
  const { updateCouponEvent } = dataOf(
    await (await world.admin()).query(UpdateCouponEventDocument, { input: { id: couponEventId, totalCount: 3 } }),
  );
  expect(updateCouponEvent.userErrors).toEqual([]);
  const afterwards = world.subscribe(CouponSoldOutDocument, { couponEventId });
  await afterwards.connected;
  await world.aCoupon(await world.aShopper(), couponEventId);
  await eventually(() => expect(waiting.events).toEqual([soldOut, soldOut]));
  await eventually(() => expect(afterwards.events).toEqual([soldOut]));
  const [first, second] = waiting.events.map((event) => event.couponSoldOut.soldOutAt);
  expect(second).not.toBe(first);
  expect(afterwards.events[0]?.couponSoldOut.soldOutAt).toBe(second);

  for (const listener of [waiting, everywhere, other, late, afterwards]) {
    expect(listener.failures).toEqual([]);
    listener.close();
  }
});

it('gives twenty coupons to sixty who ask at once, and not one more', async () => {
  const couponEventId = await world.aCouponEvent({ totalCount: 20 });
  const shoppers: Shopper[] = [];
  // Hashing passwords is slow on purpose: all sixty at once would wait for each other too long on a small machine.
  while (shoppers.length < 60)
    shoppers.push(...(await Promise.all(Array.from({ length: 10 }, () => world.aShopper()))));
  const answers = await Promise.all(
    shoppers.map(async (shopper) => {
      const input = { couponEventId, requestId: randomUUID() };
      return dataOf(await shopper.query(IssueCouponDocument, { input })).issueCoupon;
    }),
  );
  const codes = answers.flatMap(({ coupon }) => (coupon ? [coupon.code] : []));
  expect(codes).toHaveLength(20);
  expect(new Set(codes).size).toBe(20);
  expect(answers.filter(({ userErrors }) => userErrors[0]?.code === 'SOLD_OUT')).toHaveLength(40);
  const { couponEvent } = dataOf(await world.anyone.query(CouponEventPageDocument, { id: couponEventId }));
  expect(couponEvent).toMatchObject({ issuedCount: 20, remainingCount: 0, soldOut: true });
});

it.each(['*', '>', 'a.b', 'x'.repeat(200)])('refuses to listen for the event id %p', async (id) => {
  const listener = world.subscribe(CouponSoldOutDocument, { couponEventId: id });
  await eventually(() => expect(JSON.stringify(listener.failures)).toContain('BAD_USER_INPUT'));
  expect(listener.events).toEqual([]);
  listener.close();
});
