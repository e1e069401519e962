import { randomUUID } from 'node:crypto';
import { eventually } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf, type Shopper, type UserError } from './world.ts';

const { gatewayUrl, dataPlatformUrl } = runningShop();
const world = createWorld(gatewayUrl);

interface Order {
  id: string;
  status: string;
  subtotal: { amount: number };
  discount: { amount: number };
  total: { amount: number };
}

const PLACE_ORDER = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order { id status subtotal { amount } discount { amount } total { amount } }
    userErrors { code message path }
  }
}`;

async function placeOrder(shopper: Shopper, input: Record<string, unknown>, headers: Record<string, string> = {}) {
  type Answer = { placeOrder: { order: Order | null; userErrors: UserError[] } };
  return dataOf(await shopper.query<Answer>(PLACE_ORDER, { input }, headers)).placeOrder;
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

  const seen = dataOf(
    await shopper.query(
      `{ me { orders { nodes { id lines { quantity product { name } } coupon { id status event { title } } } } } }`,
    ),
  );
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
    PLACE_ORDER,
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

  const refusals: [Record<string, unknown>, string][] = [
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

  const cancel =
    'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { order { id status payment { status } } userErrors { code } } }';
  const answers = await Promise.all(
    Array.from({ length: 3 }, () =>
      shopper.query(cancel, { input: { orderId: order?.id, reason: 'changed my mind' } }),
    ),
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
  const history = dataOf(await shopper.query('{ me { pointHistory { nodes { kind amount } } } }'));
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
  const mutations = [
    [
      shopper,
      'mutation ($input: ChargePointsInput!) { chargePoints(input: $input) { entry { id } } }',
      { amount: 5_000, idempotencyKey: key },
    ],
    [shopper, PLACE_ORDER, { lines: [{ productId: product.id, quantity: 1 }], idempotencyKey: key }],
    [
      shopper,
      'mutation ($input: IssueCouponInput!) { issueCoupon(input: $input) { coupon { id } } }',
      { couponEventId, requestId: key },
    ],
    [
      admin,
      'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { product { id } } }',
      { productId: product.id, delta: 1, idempotencyKey: key },
    ],
  ] as const;
  for (const [client, document, input] of mutations) {
    const first = await client.query(document, { input });
    const second = await client.query(document, { input });
    expect(first.extensions?.idempotentReplay).toBeUndefined();
    expect(second).toMatchObject({ data: first.data, extensions: { idempotentReplay: true } });
  }
});
