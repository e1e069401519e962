import { randomUUID } from 'node:crypto';
import {
  CouponIssuedDocument,
  type CouponIssuedSubscription,
  OrderPageDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
  type PlaceOrderInput,
} from '@shop/schema/operations';
import { eventually } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf, type Listener, type Shopper } from './world.ts';

const { gatewayUrl } = runningShop();
const world = createWorld(gatewayUrl);

type Issued = Listener<CouponIssuedSubscription>;

/** Answers once the gateway listens for every one of them: from then on no event is missed. */
async function subscribed<Data>(field: string, ...subscribe: (() => Listener<Data>)[]): Promise<Listener<Data>[]> {
  const before = await openNow(field);
  const listeners = subscribe.map((begin) => begin());
  await eventually(async () => expect(await openNow(field)).toBe(before + listeners.length));
  return listeners;
}

async function openNow(field: string): Promise<number> {
  const text = await (await fetch(gatewayUrl.replace('/graphql', '/metrics'))).text();
  return Number(new RegExp(`^gateway_subscriptions_open\\{.*field="${field}".*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

async function placeByCard(shopper: Shopper, productId: string): Promise<string> {
  const input: PlaceOrderInput = {
    lines: [{ productId, quantity: 1 }],
    paymentMethod: 'CARD',
    idempotencyKey: randomUUID(),
  };
  return dataOf(await shopper.query(PlaceOrderDocument, { input })).placeOrder.order?.id as string;
}

async function pay(shopper: Shopper, id: string): Promise<void> {
  const { order } = dataOf(await shopper.query(OrderPageDocument, { id }));
  await fetch(order?.payment?.redirectUrl as string, {
    method: 'POST',
    body: new URLSearchParams({ decision: 'pay' }),
  });
}

it('tells every device of a user of a new coupon, and nobody else', async () => {
  const [shopper, other] = await Promise.all([world.aShopper(), world.aShopper()]);
  const couponEventId = await world.aCouponEvent({ maxPerUser: 2 });
  const [phone, laptop, stranger] = (await subscribed(
    'couponIssued',
    () => world.subscribe(CouponIssuedDocument, {}, shopper.token),
    () => world.subscribe(CouponIssuedDocument, {}, shopper.token),
    () => world.subscribe(CouponIssuedDocument, {}, other.token),
  )) as [Issued, Issued, Issued];

  const mine = await world.aCoupon(shopper, couponEventId);
  const theirs = await world.aCoupon(other, couponEventId);
  const told = (id: string, owner: string) => ({
    couponIssued: {
      issuedAt: expect.any(String),
      coupon: {
        ...{ id, code: expect.stringMatching(/^TEST-/), status: 'ACTIVE' },
        owner: { id: owner, name: 'A Shopper' },
        event: { id: couponEventId, title: expect.any(String) },
      },
    },
  });
  await eventually(() => {
    expect(phone.events).toEqual([told(mine, shopper.id)]);
    expect(laptop.events).toEqual([told(mine, shopper.id)]);
    expect(stranger.events).toEqual([told(theirs, other.id)]);
  });
  for (const listener of [phone, laptop, stranger]) {
    expect(listener.failures).toEqual([]);
    listener.close();
  }
});

it('follows an order from where it stands to its end', async () => {
  const shopper = await world.aShopper();
  const product = await world.aProduct({ price: 7_000 });
  const id = await placeByCard(shopper, product.id);
  const listener = world.subscribe(OrderStatusChangedDocument, { orderId: id }, shopper.token);
  const at = (status: string) => ({
    orderStatusChanged: {
      ...{ id, status, reason: null, user: { id: shopper.id } },
      total: { amount: 7_000, currencyCode: 'KRW' },
    },
  });
  await eventually(() => expect(listener.events.at(-1)).toEqual(at('AWAITING_PAYMENT')));
  await pay(shopper, id);
  await eventually(() => expect(listener.events.at(-1)).toEqual(at('COMPLETED')), { timeoutMs: 15_000 });
  expect(listener.failures).toEqual([]);
  listener.close();
});

it.each([
  ['another’s order', async () => (await world.aShopper()).token, 'NOT_FOUND'],
  ['an order, without a token', async () => undefined, 'UNAUTHENTICATED'],
])('refuses to follow %s', async (_what, tokenOf, code) => {
  const shopper = await world.aShopper();
  const id = await placeByCard(shopper, (await world.aProduct()).id);
  const listener = world.subscribe(OrderStatusChangedDocument, { orderId: id }, await tokenOf());
  await eventually(() => expect(JSON.stringify(listener.failures)).toContain(code));
  expect(listener.events).toEqual([]);
  listener.close();
});

it('tells nobody of coupons who is not signed in', async () => {
  const listener = world.subscribe(CouponIssuedDocument, {});
  await eventually(() => expect(JSON.stringify(listener.failures)).toContain('UNAUTHENTICATED'));
  listener.close();
});
