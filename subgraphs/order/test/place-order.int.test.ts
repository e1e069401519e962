import { newId } from '@shop/kernel';
import type { TestCoupon } from './others/coupons.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  // Nothing here is about time; on a busy machine everything takes long.
  world = await startWorld({ timing: { holdWithinMs: 20_000, commandTimeoutMs: 10_000, settleWithinMs: 10_000 } });
});
afterAll(() => world.close());

it('takes stock, points and coupon exactly, and records each event once', async () => {
  const buyer = await world.aBuyer({ points: 50_000 });
  const [tea, cup] = [
    world.others.aProduct({ name: 'Tea', price: 12_000, onHand: 10 }),
    world.others.aProduct({ name: 'Cup', price: 3_500, onHand: 5 }),
  ];
  const coupon = world.others.aCoupon({ userId: buyer.id, discount: 4_000 });
  const lines = [
    { productId: tea.id, quantity: 1 },
    { productId: cup.id, quantity: 3 },
    { productId: tea.id, quantity: 1 },
  ];

  const { order, userErrors } = await world.place(buyer, { lines, couponId: coupon.id });

  expect(userErrors).toEqual([]);
  expect(order).toMatchObject({
    status: 'COMPLETED',
    reason: null,
    subtotal: { amount: 34_500 },
    discount: { amount: 4_000 },
    total: { amount: 30_500 },
    coupon: { id: coupon.id },
    user: { id: buyer.id },
    payment: { method: 'POINTS', status: 'CAPTURED', amount: { amount: 30_500 } },
    lines: [
      { productName: 'Tea', quantity: 2, lineTotal: { amount: 24_000 }, product: { id: tea.id } },
      { productName: 'Cup', quantity: 3, lineTotal: { amount: 10_500 }, product: { id: cup.id } },
    ],
  });
  expect(tea).toMatchObject({ onHand: 8, held: 0 });
  expect(cup).toMatchObject({ onHand: 2, held: 0 });
  expect(buyer.account).toMatchObject({ balance: 19_500, held: 0 });
  expect(coupon.state).toBe('USED');
  const events = await world.eventsOf(order?.id ?? '');
  expect(events).toMatchObject([
    {
      type: 'order.completed',
      version: 1,
      data: { subtotal: 34_500, discount: 4_000, total: 30_500, couponId: coupon.id },
    },
    { type: 'order.status-changed', version: 1, data: { status: 'COMPLETED' } },
    { type: 'payment.completed', version: null, data: { method: 'POINTS', amount: 30_500 } },
  ]);
});

it('costs nothing when the coupon pays for all of it', async () => {
  const buyer = await world.aBuyer({ points: 0 });
  const tea = world.others.aProduct({ price: 5_000 });
  const coupon = world.others.aCoupon({ userId: buyer.id, discount: 9_000 });
  const { order } = await world.place(buyer, { lines: [{ productId: tea.id, quantity: 1 }], couponId: coupon.id });
  expect(order).toMatchObject({ status: 'COMPLETED', discount: { amount: 5_000 }, total: { amount: 0 } });
  expect(tea.onHand).toBe(99);
});

describe('refused, it leaves everything as it was', () => {
  it.each<[string, string, string[] | null, Partial<TestCoupon> & { points?: number }, object]>([
    ['too few points', 'INSUFFICIENT_POINTS', null, { points: 18_999 }, {}],
    ['too little stock', 'INSUFFICIENT_STOCK', ['input', 'lines', '0', 'quantity'], {}, { quantity: 101 }],
    ['a product nobody knows', 'PRODUCT_NOT_FOUND', ['input', 'lines', '0', 'productId'], {}, { productId: newId() }],
    ['a used coupon', 'COUPON_NOT_USABLE', ['input', 'couponId'], { state: 'USED' }, {}],
    ['a subtotal below the minimum', 'COUPON_MINIMUM_NOT_MET', ['input', 'couponId'], { minimum: 20_001 }, {}],
    ['the coupon of somebody else', 'COUPON_NOT_FOUND', ['input', 'couponId'], { userId: newId() }, {}],
  ])('for %s', async (_reason, code, path, { points = 1_000_000, ...ofCoupon }, ofLine) => {
    const buyer = await world.aBuyer({ points });
    const tea = world.others.aProduct({ price: 10_000, onHand: 100 });
    const coupon = world.others.aCoupon({ userId: buyer.id, ...ofCoupon });
    const state = coupon.state;
    const input = {
      lines: [{ productId: tea.id, quantity: 2, ...ofLine }],
      couponId: coupon.id,
      idempotencyKey: newId(),
    };

    const { order, userErrors } = await world.place(buyer, input);

    expect(order).toBeNull();
    expect(userErrors).toMatchObject([{ code, path }]);
    expect(tea).toMatchObject({ onHand: 100, held: 0 });
    expect(buyer.account).toMatchObject({ balance: points, held: 0 });
    expect(coupon.state).toBe(state);
    expect((await world.place(buyer, input)).userErrors).toEqual(userErrors);
    expect(await world.unsettled()).toBe(0);
  });
});

describe('the same key', () => {
  it('makes one order of ten requests at once', async () => {
    const buyer = await world.aBuyer({ points: 100_000 });
    const tea = world.others.aProduct({ price: 10_000 });
    const input = { lines: [{ productId: tea.id, quantity: 1 }], idempotencyKey: newId() };

    const answers = await Promise.all(Array.from({ length: 10 }, () => world.place(buyer, input)));

    expect(new Set(answers.map(({ order }) => order?.id)).size).toBe(1);
    expect(answers.every(({ order }) => order?.status === 'COMPLETED')).toBe(true);
    expect(tea.onHand).toBe(99);
    expect(buyer.account.balance).toBe(90_000);
  });

  it('is the same in the field and in the header', async () => {
    const buyer = await world.aBuyer();
    const lines = [{ productId: world.others.aProduct().id, quantity: 1 }];
    const key = newId();
    const first = await world.place(buyer, { lines, idempotencyKey: key });
    const second = await world.place(buyer, { lines, idempotencyKey: null }, { 'idempotency-key': key });
    expect(second.order).toEqual(first.order);
  });

  it('fails with another input', async () => {
    const buyer = await world.aBuyer();
    const tea = world.others.aProduct();
    const idempotencyKey = newId();
    await world.place(buyer, { lines: [{ productId: tea.id, quantity: 1 }], idempotencyKey });
    const { order, errors } = await world.place(buyer, { lines: [{ productId: tea.id, quantity: 2 }], idempotencyKey });
    expect(order).toBeNull();
    expect(errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(tea.onHand).toBe(99);
  });

  it('marks an answer that was given before, and no other', async () => {
    const buyer = await world.aBuyer();
    const lines = [{ productId: world.others.aProduct().id, quantity: 1 }];
    const document = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } } }';
    const ask = (input: object) => buyer.client.query(document, { input: { ...input, idempotencyKey: buyer.id } });
    expect((await ask({ lines })).extensions).toBeUndefined();
    expect((await ask({ lines })).extensions).toEqual({ idempotentReplay: true });
    expect((await ask({ lines: [] })).extensions).toBeUndefined();
  });

  it('fails with what would be refused, and so does the key of what was', async () => {
    const buyer = await world.aBuyer({ points: 100_000 });
    const good = { lines: [{ productId: world.others.aProduct().id, quantity: 1 }] };
    const hopeless = [
      { lines: [] },
      { lines: [{ productId: 'x'.repeat(1_000), quantity: -1 }] },
      { ...good, couponId: 'not a coupon' },
    ];
    for (const bad of hopeless) {
      for (const [first, second] of [
        [good, bad],
        [bad, good],
      ]) {
        const idempotencyKey = newId();
        const { order: placed, userErrors } = await world.place(buyer, { ...first, idempotencyKey });
        const { order, errors } = await world.place(buyer, { ...second, idempotencyKey });
        expect(order).toBeNull();
        expect(errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
        expect(await world.place(buyer, { ...first, idempotencyKey })).toMatchObject({ order: placed, userErrors });
      }
    }
    expect(await world.unsettled()).toBe(0);
  });

  it('is another key for another buyer', async () => {
    const lines = [{ productId: world.others.aProduct().id, quantity: 1 }];
    const idempotencyKey = newId();
    const [first, second] = [await world.aBuyer(), await world.aBuyer()];
    const one = await world.place(first, { lines, idempotencyKey });
    const other = await world.place(second, { lines, idempotencyKey });
    expect(other.order?.status).toBe('COMPLETED');
    expect(other.order?.id).not.toBe(one.order?.id);
  });
});

describe('bad input names its field and changes nothing', () => {
  const line = () => ({ productId: newId(), quantity: 1 });

  it.each<[string, () => object, string]>([
    ['no key', () => ({ lines: [line()], idempotencyKey: null }), 'idempotencyKey'],
    ['an empty key', () => ({ lines: [line()], idempotencyKey: '' }), 'idempotencyKey'],
    ['a key of spaces', () => ({ lines: [line()], idempotencyKey: '   ' }), 'idempotencyKey'],
    ['a huge key', () => ({ lines: [line()], idempotencyKey: 'x'.repeat(10_000) }), 'idempotencyKey'],
    ['payment by card', () => ({ lines: [line()], paymentMethod: 'CARD' }), 'paymentMethod'],
    ['101 lines', () => ({ lines: Array.from({ length: 101 }, line) }), 'lines'],
  ])('%s', async (_what, input, field) => {
    const { data, errors } = await world.place(await world.aBuyer(), input());
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
    expect(errors?.[0]?.message).toContain(field);
  });

  it.each([
    ['a quantity beyond 32 bits', { lines: [{ productId: newId(), quantity: 2 ** 40 }] }],
    ['a quantity in words', { lines: [{ productId: newId(), quantity: 'two' }] }],
    ['no lines at all', {}],
    ['an unknown way to pay', { lines: [line()], paymentMethod: 'GOLD' }],
  ])('%s', async (_what, input) => {
    const { errors } = await world.place(await world.aBuyer(), input);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it.each([
    ['no lines', { lines: [] }, 'EMPTY_ORDER', ['input', 'lines']],
    [
      'none of a product',
      { lines: [{ ...line(), quantity: 0 }] },
      'QUANTITY_INVALID',
      ['input', 'lines', '0', 'quantity'],
    ],
    [
      'fewer than none',
      { lines: [line(), { ...line(), quantity: -1 }] },
      'QUANTITY_INVALID',
      ['input', 'lines', '1', 'quantity'],
    ],
    [
      'no product',
      { lines: [{ productId: '', quantity: 1 }] },
      'PRODUCT_NOT_FOUND',
      ['input', 'lines', '0', 'productId'],
    ],
    ['no coupon', { lines: [line()], couponId: '' }, 'COUPON_NOT_FOUND', ['input', 'couponId']],
    ['SQL for a coupon', { lines: [line()], couponId: "' OR 1=1 --" }, 'COUPON_NOT_FOUND', ['input', 'couponId']],
  ])('%s', async (_what, input, code, path) => {
    const { order, userErrors } = await world.place(await world.aBuyer(), input);
    expect(order).toBeNull();
    expect(userErrors).toMatchObject([{ code, path }]);
  });

  it('nobody in particular', async () => {
    const { errors } = await world
      .anonymous()
      .query('mutation { placeOrder(input: { lines: [], idempotencyKey: "k" }) { userErrors { code } } }');
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

it('never takes more than there is, however many want it', async () => {
  const tea = world.others.aProduct({ onHand: 5 });
  const buyers = await Promise.all(Array.from({ length: 20 }, () => world.aBuyer()));
  const answers = await Promise.all(
    buyers.map((buyer) => world.place(buyer, { lines: [{ productId: tea.id, quantity: 1 }] })),
  );
  expect(answers.filter(({ order }) => order?.status === 'COMPLETED')).toHaveLength(5);
  expect(answers.filter(({ userErrors }) => userErrors[0]?.code === 'INSUFFICIENT_STOCK')).toHaveLength(15);
  expect(tea).toMatchObject({ onHand: 0, held: 0 });
});

it('stays within its share of statements', async () => {
  const buyer = await world.aBuyer();
  const coupon = world.others.aCoupon({ userId: buyer.id });
  const lines = [
    { productId: world.others.aProduct().id, quantity: 1 },
    { productId: world.others.aProduct().id, quantity: 1 },
  ];
  const statements = await world.statementsOf(() => world.place(buyer, { lines, couponId: coupon.id }));
  // Order, decision, lines, payment, three events, settlement; then order, lines and payment are read for the answer.
  expect(statements.length).toBeLessThanOrEqual(11);
});
