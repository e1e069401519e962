import { randomUUID } from 'node:crypto';
import {
  AdjustStockDocument,
  CancelOrderDocument,
  ChargePointsDocument,
  IssueCouponDocument,
  MyOrdersDocument,
  PlaceOrderDocument,
  type PlaceOrderInput,
  PointHistoryDocument,
} from '@shop/schema/operations';
import { eventually } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf, type Shopper } from './world.ts';

const { gatewayUrl, dataPlatformUrl } = runningShop();
const world = createWorld(gatewayUrl);

async function placeOrder(shopper: Shopper, input: PlaceOrderInput, headers: Record<string, string> = {}) {
  return dataOf(await shopper.query(PlaceOrderDocument, { input }, headers)).placeOrder;
}

interface Received {
  id: string;
  type: string;
  idempotencyKey: string;
  data: { orderId?: string };
}

async function received(orderId: string, type: string): Promise<Received[]> {
  const all = (await (await fetch(`${dataPlatformUrl}/received`)).json()) as Received[];
  return all.filter((event) => event.type === type && event.data.orderId === orderId);
}

const everything = async (shopper: Shopper, productIds: string[]) => ({
  points: await world.points(shopper),
  stock: await Promise.all(productIds.map((id) => world.stock(id))),
  coupons: dataOf(await shopper.query('{ me { coupons { nodes { id status } } orders { nodes { id } } } }')),
});

it('takes stock, points and the coupon together, once, and tells the data platform once', async () => {
  const shopper = await world.aShopper({ points: 100_000 });
  const [desk, lamp] = await Promise.all([
    world.aProduct({ price: 20_000, stock: 10 }),
    world.aProduct({ price: 5_050, stock: 10 }),
  ]);
  const couponId = await world.aCoupon(shopper, await world.aCouponEvent({ discountValue: 10 }));
  const input = {
    lines: [
      { productId: desk.id, quantity: 1 },
      { productId: lamp.id, quantity: 2 },
    ],
    couponId,
    idempotencyKey: randomUUID(),
  };

  const { order, userErrors } = await placeOrder(shopper, input);
  expect(userErrors).toEqual([]);
  expect(order).toMatchObject({
    status: 'COMPLETED',
    subtotal: { amount: 30_100 },
    discount: { amount: 3_010 },
    total: { amount: 27_090 },
  });

  expect(await world.points(shopper)).toBe(100_000 - 27_090);
  expect(await world.stock(desk.id)).toEqual({ available: 9, onHand: 9, held: 0 });
  expect(await world.stock(lamp.id)).toEqual({ available: 8, onHand: 8, held: 0 });

  const again = await Promise.all(Array.from({ length: 5 }, () => placeOrder(shopper, input)));
  expect(again.map((answer) => answer.order?.id)).toEqual(Array(5).fill(order?.id));
  expect(await world.points(shopper)).toBe(100_000 - 27_090);

  const [event] = await eventually(async () => {
    const events = await received(order?.id as string, 'order.completed');
    expect(events).toHaveLength(1);
    return events;
  });
  expect(event?.idempotencyKey).toBe(event?.id);

  const seen = dataOf(await shopper.query(MyOrdersDocument));
  expect(seen).toMatchObject({
    me: {
      orders: {
        nodes: [
          {
            id: order?.id,
            lines: [
              { quantity: 1, product: { name: desk.name } },
              { quantity: 2, product: { name: lamp.name } },
            ],
            coupon: { id: couponId, status: 'USED', event: { title: expect.any(String) } },
          },
        ],
      },
    },
  });
});

it('takes the key from the header, under both its names', async () => {
  const shopper = await world.aShopper({ points: 50_000 });
  const product = await world.aProduct({ price: 1_000 });
  const lines = [{ productId: product.id, quantity: 1 }];
  const key = randomUUID();
  const first = await placeOrder(shopper, { lines }, { 'Idempotency-Key': key });
  const second = await placeOrder(shopper, { lines }, { idempotency_key: key });
  expect(second.order?.id).toBe(first.order?.id);

  const other = await shopper.query(
    PlaceOrderDocument,
    { input: { lines: [{ productId: product.id, quantity: 2 }] } },
    { 'Idempotency-Key': key },
  );
  expect(other.errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
});

it('refuses what the shopper can mend, and leaves everything as it was', async () => {
  const shopper = await world.aShopper({ points: 30_000 });
  const product = await world.aProduct({ price: 10_000, stock: 5 });
  const couponEvent = await world.aCouponEvent({ minPurchaseAmount: 15_000 });
  const couponId = await world.aCoupon(shopper, couponEvent);
  const othersCoupon = await world.aCoupon(await world.aShopper(), couponEvent);
  const before = await everything(shopper, [product.id]);

  const refusals: [PlaceOrderInput, string][] = [
    [{ lines: [{ productId: product.id, quantity: 4 }] }, 'INSUFFICIENT_POINTS'],
    [{ lines: [{ productId: product.id, quantity: 6 }] }, 'INSUFFICIENT_STOCK'],
    [{ lines: [{ productId: randomUUID(), quantity: 1 }] }, 'PRODUCT_NOT_FOUND'],
    [{ lines: [{ productId: product.id, quantity: 1 }], couponId }, 'COUPON_MINIMUM_NOT_MET'],
    [{ lines: [{ productId: product.id, quantity: 2 }], couponId: othersCoupon }, 'COUPON_NOT_FOUND'],
    [{ lines: [{ productId: product.id, quantity: 0 }] }, 'QUANTITY_INVALID'],
    [{ lines: [] }, 'EMPTY_ORDER'],
  ];
  for (const [input, code] of refusals) {
    const key = randomUUID();
    const refused = await placeOrder(shopper, { ...input, idempotencyKey: key });
    expect(refused).toMatchObject({ order: null, userErrors: [{ code }] });
    expect(await placeOrder(shopper, { ...input, idempotencyKey: key })).toEqual(refused);
  }
  expect(await everything(shopper, [product.id])).toEqual(before);

  expect(
    (
      await placeOrder(shopper, {
        lines: [{ productId: product.id, quantity: 2 }],
        couponId,
        idempotencyKey: randomUUID(),
      })
    ).order,
  ).not.toBeNull();
  const used = await placeOrder(shopper, {
    lines: [{ productId: product.id, quantity: 2 }],
    couponId,
    idempotencyKey: randomUUID(),
  });
  expect(used).toMatchObject({ order: null, userErrors: [{ code: 'COUPON_NOT_USABLE' }] });
});

it('gives everything back when an order is cancelled, once', async () => {
  const shopper = await world.aShopper({ points: 50_000 });
  const product = await world.aProduct({ price: 10_000, stock: 5 });
  const couponId = await world.aCoupon(shopper, await world.aCouponEvent());
  const before = await everything(shopper, [product.id]);
  const { order } = await placeOrder(shopper, {
    lines: [{ productId: product.id, quantity: 2 }],
    couponId,
    idempotencyKey: randomUUID(),
  });

  const cancel = { orderId: order?.id as string, reason: 'changed my mind' };
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => shopper.query(CancelOrderDocument, { input: cancel })),
  );
  for (const answer of answers) {
    expect(dataOf(answer)).toMatchObject({
      cancelOrder: { order: { status: 'CANCELLED', payment: { status: 'REFUNDED' } }, userErrors: [] },
    });
  }
  await eventually(async () => {
    const after = await everything(shopper, [product.id]);
    expect(after.points).toBe(before.points);
    expect(after.stock).toEqual(before.stock);
    expect(after.coupons).toMatchObject({ me: { coupons: { nodes: [{ status: 'ACTIVE' }] } } });
  });
  await eventually(async () => expect(await received(order?.id as string, 'order.cancelled')).toHaveLength(1));
  const history = dataOf(await shopper.query(PointHistoryDocument));
  expect(history).toMatchObject({
    me: { pointHistory: { nodes: [{ kind: 'REFUND' }, { kind: 'SPEND' }, { kind: 'CHARGE' }] } },
  });
});

it('marks an answer that was given before as a replay, for money, stock and coupons alike', async () => {
  const shopper = await world.aShopper();
  const admin = await world.admin();
  const product = await world.aProduct({ price: 1_000 });
  const couponEventId = await world.aCouponEvent();
  const key = randomUUID();
  const lines = [{ productId: product.id, quantity: 1 }];
  const charge = { input: { amount: 5_000, idempotencyKey: key } };
  const order = { input: { lines, idempotencyKey: key } };
  const coupon = { input: { couponEventId, requestId: key } };
  const stock = { input: { productId: product.id, delta: 1, idempotencyKey: key } };
  const mutations = [
    () => shopper.query(ChargePointsDocument, charge),
    () => shopper.query(PlaceOrderDocument, order),
    () => shopper.query(IssueCouponDocument, coupon),
    () => admin.query(AdjustStockDocument, stock),
  ];
  for (const send of mutations) {
    const first = await send();
    const second = await send();
    expect(first.extensions?.idempotentReplay).toBeUndefined();
    expect(second).toMatchObject({ data: first.data, extensions: { idempotentReplay: true } });
  }
});
