import { randomUUID } from 'node:crypto';
import { eventually } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf } from './world.ts';

const world = createWorld(runningShop().gatewayUrl);

const SOLD_OUT = `subscription ($id: ID) {
  couponSoldOut(couponEventId: $id) { soldOutAt couponEvent { id title remainingCount soldOut } }
}`;

it('tells whoever waits when the last coupon goes, and whoever comes late at once', async () => {
  const couponEventId = await world.aCouponEvent({ totalCount: 2 });
  const elsewhere = await world.aCouponEvent({ totalCount: 1 });
  const waiting = world.subscribe(SOLD_OUT, { id: couponEventId });
  const everywhere = world.subscribe(SOLD_OUT, { id: null });
  const other = world.subscribe(SOLD_OUT, { id: elsewhere });
  await Promise.all([waiting.connected, everywhere.connected, other.connected]);

  await world.aCoupon(await world.aShopper(), couponEventId);
  expect(waiting.events).toEqual([]);
  await world.aCoupon(await world.aShopper(), couponEventId);

  const soldOut = {
    couponSoldOut: {
      soldOutAt: expect.any(String),
      couponEvent: { id: couponEventId, title: expect.any(String), remainingCount: 0, soldOut: true },
    },
  };
  await eventually(() => expect(waiting.events).toEqual([soldOut]));
  await eventually(() => expect(everywhere.events).toContainEqual(soldOut));

  const late = world.subscribe(SOLD_OUT, { id: couponEventId });
  await eventually(() => expect(late.events).toEqual([soldOut]));
  expect(other.events).toEqual([]);
  for (const listener of [waiting, everywhere, other, late]) {
    expect(listener.failures).toEqual([]);
    listener.close();
  }
});

it('gives twenty coupons to sixty who ask at once, and not one more', async () => {
  const couponEventId = await world.aCouponEvent({ totalCount: 20 });
  const shoppers = await Promise.all(Array.from({ length: 60 }, () => world.aShopper()));
  const issue =
    'mutation ($input: IssueCouponInput!) { issueCoupon(input: $input) { coupon { code } userErrors { code } } }';
  type Answer = { issueCoupon: { coupon: { code: string } | null; userErrors: { code: string }[] } };
  const answers = await Promise.all(
    shoppers.map(
      async (shopper) =>
        dataOf(await shopper.query<Answer>(issue, { input: { couponEventId, requestId: randomUUID() } })).issueCoupon,
    ),
  );
  const codes = answers.flatMap(({ coupon }) => (coupon ? [coupon.code] : []));
  expect(codes).toHaveLength(20);
  expect(new Set(codes).size).toBe(20);
  expect(answers.filter(({ userErrors }) => userErrors[0]?.code === 'SOLD_OUT')).toHaveLength(40);
  const event = dataOf(
    await world.anyone.query('query ($id: ID!) { couponEvent(id: $id) { issuedCount remainingCount soldOut } }', {
      id: couponEventId,
    }),
  );
  expect(event).toEqual({ couponEvent: { issuedCount: 20, remainingCount: 0, soldOut: true } });
});

it.each(['*', '>', 'a.b', 'x'.repeat(200)])('refuses to listen for the event id %p', async (id) => {
  const listener = world.subscribe(SOLD_OUT, { id });
  await eventually(() => expect(JSON.stringify(listener.failures)).toContain('BAD_USER_INPUT'));
  expect(listener.events).toEqual([]);
  listener.close();
});
