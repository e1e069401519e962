import { randomUUID } from 'node:crypto';
import type { GraphqlClient } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf, type Shopper } from './world.ts';

const world = createWorld(runningShop().gatewayUrl);
const HUGE = 'x'.repeat(100_000);

let shopper: Shopper;
let stranger: Shopper;
let admin: GraphqlClient;
let productId: string;
let couponEventId: string;
let strangersOrderId: string;

const PLACE_ORDER =
  'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } userErrors { code message path } } }';

beforeAll(async () => {
  [shopper, stranger, admin] = await Promise.all([
    world.aShopper({ points: 50_000 }),
    world.aShopper({ points: 50_000 }),
    world.admin(),
  ]);
  productId = (await world.aProduct({ price: 1_000, stock: 10 })).id;
  couponEventId = await world.aCouponEvent({ totalCount: 10 });
  const placed = await stranger.query<{ placeOrder: { order: { id: string } } }>(PLACE_ORDER, {
    input: { lines: [{ productId, quantity: 1 }], idempotencyKey: randomUUID() },
  });
  strangersOrderId = dataOf(placed).placeOrder.order.id;
});

/** Whatever a request could have changed. */
const everything = async () => ({
  stock: await world.stock(productId),
  event: dataOf(
    await world.anyone.query(
      'query ($id: ID!) { couponEvent(id: $id) { title totalCount issuedCount endsAt status version } }',
      {
        id: couponEventId,
      },
    ),
  ),
  shopper: dataOf(
    await shopper.query(
      '{ me { points pointHistory { nodes { id } } orders { nodes { id status } } coupons { nodes { id } } } }',
    ),
  ),
  order: dataOf(await stranger.query('query ($id: ID!) { order(id: $id) { status } }', { id: strangersOrderId })),
});

type Who = 'anyone' | 'shopper' | 'admin';
const clientOf = (who: Who): GraphqlClient => ({ anyone: world.anyone, shopper, admin })[who];

const mutation = (name: string, input: string) =>
  `mutation ($input: ${input}!) { ${name}(input: $input) { userErrors { code message path } } }`;
const CHARGE = mutation('chargePoints', 'ChargePointsInput');
const SIGN_UP = mutation('signUp', 'SignUpInput');
const ADJUST = mutation('adjustStock', 'AdjustStockInput');
const ISSUE = mutation('issueCoupon', 'IssueCouponInput');
const CREATE_PRODUCT = mutation('createProduct', 'CreateProductInput');
const CREATE_EVENT = mutation('createCouponEvent', 'CreateCouponEventInput');
const UPDATE_EVENT = mutation('updateCouponEvent', 'UpdateCouponEventInput');
const CANCEL = mutation('cancelOrder', 'CancelOrderInput');

const anEvent = (change: Record<string, unknown>) => ({
  title: 'An event',
  codePrefix: 'BAD',
  totalCount: 10,
  startsAt: '2026-01-01T00:00:00.000Z',
  endsAt: '2036-01-01T00:00:00.000Z',
  discountType: 'PERCENTAGE',
  discountValue: 10,
  ...change,
});

// Inputs are functions where they need what beforeAll makes.
type Case = [
  what: string,
  who: Who,
  document: string,
  variables: () => Record<string, unknown>,
  code: string,
  names: RegExp,
];

const errors: Case[] = [
  ['a page of nothing', 'anyone', '{ products(first: 0) { nodes { id } } }', () => ({}), 'BAD_USER_INPUT', /first/],
  ['a page of 101', 'anyone', '{ products(first: 101) { nodes { id } } }', () => ({}), 'BAD_USER_INPUT', /first/],
  [
    'a page of minus one',
    'shopper',
    '{ me { orders(first: -1) { nodes { id } } } }',
    () => ({}),
    'BAD_USER_INPUT',
    /first/,
  ],
  [
    'a page beyond 32 bits',
    'anyone',
    'query ($n: Int) { products(first: $n) { nodes { id } } }',
    () => ({ n: 2 ** 31 }),
    'BAD_USER_INPUT',
    /\$n|first/,
  ],
  [
    'pages of pages of pages',
    'anyone',
    `query ($n: Int) { products(first: $n) { nodes {
      category { products(first: $n) { nodes { category { products(first: $n) { nodes { id } } } } } } } } }`,
    () => ({ n: 100 }),
    'OPERATION_TOO_COMPLEX',
    /cost/,
  ],
  [
    'a null in the place of a default',
    'anyone',
    'query ($id: ID = "x") { product(id: $id) { id } }',
    () => ({ id: null }),
    'BAD_USER_INPUT',
    /"id"/,
  ],
  [
    'a malformed cursor',
    'anyone',
    '{ products(after: "rubbish") { nodes { id } } }',
    () => ({}),
    'BAD_USER_INPUT',
    /after/,
  ],
  [
    'a malformed cursor of events',
    'anyone',
    '{ couponEvents(after: "e30=") { nodes { id } } }',
    () => ({}),
    'BAD_USER_INPUT',
    /after/,
  ],
  [
    'a malformed cursor of history',
    'shopper',
    '{ me { pointHistory(after: "W10=") { nodes { id } } } }',
    () => ({}),
    'BAD_USER_INPUT',
    /after/,
  ],
  [
    'a malformed cursor of coupons',
    'shopper',
    '{ me { coupons(after: "x") { nodes { id } } } }',
    () => ({}),
    'BAD_USER_INPUT',
    /after/,
  ],
  [
    'a price that is text',
    'anyone',
    '{ products(filter: { minPrice: "ten" }) { nodes { id } } }',
    () => ({}),
    'BAD_USER_INPUT',
    /minPrice|SafeInt/,
  ],
  [
    'an amount that is text',
    'shopper',
    CHARGE,
    () => ({ input: { amount: 'ten', idempotencyKey: 'k' } }),
    'BAD_USER_INPUT',
    /amount|SafeInt/,
  ],
  [
    'an amount beyond 2^53',
    'shopper',
    CHARGE,
    () => ({ input: { amount: 2 ** 60, idempotencyKey: 'k' } }),
    'BAD_USER_INPUT',
    /amount|SafeInt/,
  ],
  [
    'half a won',
    'shopper',
    CHARGE,
    () => ({ input: { amount: 0.5, idempotencyKey: 'k' } }),
    'BAD_USER_INPUT',
    /amount|SafeInt/,
  ],
  ['a missing amount', 'shopper', CHARGE, () => ({ input: { idempotencyKey: 'k' } }), 'BAD_USER_INPUT', /amount/],
  [
    'an empty key',
    'shopper',
    CHARGE,
    () => ({ input: { amount: 100, idempotencyKey: '' } }),
    'BAD_USER_INPUT',
    /idempotencyKey/,
  ],
  [
    'a huge key',
    'shopper',
    CHARGE,
    () => ({ input: { amount: 100, idempotencyKey: HUGE } }),
    'BAD_USER_INPUT',
    /idempotencyKey/,
  ],
  [
    'an order without a key',
    'shopper',
    PLACE_ORDER,
    () => ({ input: { lines: [{ productId, quantity: 1 }] } }),
    'BAD_USER_INPUT',
    /idempotencyKey/,
  ],
  ['a coupon without a key', 'shopper', ISSUE, () => ({ input: { couponEventId } }), 'BAD_USER_INPUT', /requestId/],
  [
    'a payment method there is not',
    'shopper',
    PLACE_ORDER,
    () => ({ input: { lines: [{ productId, quantity: 1 }], paymentMethod: 'GOLD', idempotencyKey: 'k' } }),
    'BAD_USER_INPUT',
    /paymentMethod/,
  ],
  [
    '101 lines',
    'shopper',
    PLACE_ORDER,
    () => ({ input: { lines: Array(101).fill({ productId, quantity: 1 }), idempotencyKey: 'k' } }),
    'BAD_USER_INPUT',
    /lines/,
  ],
  [
    'a date that is none',
    'admin',
    CREATE_EVENT,
    () => ({ input: anEvent({ endsAt: 'tomorrow' }) }),
    'BAD_USER_INPUT',
    /endsAt|DateTime/,
  ],
  [
    'another version',
    'admin',
    UPDATE_EVENT,
    () => ({ input: { id: couponEventId, expectedVersion: 999, title: 'New' } }),
    'CONFLICT',
    /version/i,
  ],
  [
    'no token for an order',
    'anyone',
    PLACE_ORDER,
    () => ({ input: { lines: [{ productId, quantity: 1 }], idempotencyKey: 'k' } }),
    'UNAUTHENTICATED',
    /./,
  ],
  [
    'no token for a coupon',
    'anyone',
    ISSUE,
    () => ({ input: { couponEventId, requestId: 'r' } }),
    'UNAUTHENTICATED',
    /./,
  ],
  [
    'no token for a charge',
    'anyone',
    CHARGE,
    () => ({ input: { amount: 100, idempotencyKey: 'k' } }),
    'UNAUTHENTICATED',
    /./,
  ],
  [
    'a shopper who makes products',
    'shopper',
    CREATE_PRODUCT,
    () => ({ input: { name: 'Mine', price: 1, stock: 1 } }),
    'FORBIDDEN',
    /./,
  ],
  [
    'a shopper who adjusts stock',
    'shopper',
    ADJUST,
    () => ({ input: { productId, delta: 5, idempotencyKey: 'k' } }),
    'FORBIDDEN',
    /./,
  ],
  [
    'a shopper who ends events',
    'shopper',
    UPDATE_EVENT,
    () => ({ input: { id: couponEventId, ended: true } }),
    'FORBIDDEN',
    /./,
  ],
  ['a field there is not', 'anyone', '{ nothing }', () => ({}), 'GRAPHQL_VALIDATION_FAILED', /nothing/],
  ['half a query', 'anyone', '{ products {', () => ({}), 'GRAPHQL_PARSE_FAILED', /./],
];

it.each(errors)(
  'answers %s with the right error and changes nothing',
  async (_what, who, document, variables, code, names) => {
    const before = await everything();
    const answer = await clientOf(who).query(document, variables());
    expect(answer.errors).toMatchObject([{ extensions: { code } }]);
    expect(answer.errors?.[0]?.message).toMatch(names);
    expect(JSON.stringify(answer)).not.toMatch(/stacktrace|node_modules|serviceName|127\.0\.0\.1/);
    expect(await everything()).toEqual(before);
  },
);

const refusals: [
  what: string,
  who: Who,
  document: string,
  variables: () => Record<string, unknown>,
  code: string,
  path: string,
][] = [
  [
    'a charge of nothing',
    'shopper',
    CHARGE,
    () => ({ input: { amount: 0, idempotencyKey: randomUUID() } }),
    'AMOUNT_OUT_OF_RANGE',
    'amount',
  ],
  [
    'a negative charge',
    'shopper',
    CHARGE,
    () => ({ input: { amount: -5, idempotencyKey: randomUUID() } }),
    'AMOUNT_OUT_OF_RANGE',
    'amount',
  ],
  [
    'a charge beyond ten million',
    'shopper',
    CHARGE,
    () => ({ input: { amount: 10_000_001, idempotencyKey: randomUUID() } }),
    'AMOUNT_OUT_OF_RANGE',
    'amount',
  ],
  [
    'an e-mail address that is none',
    'anyone',
    SIGN_UP,
    () => ({ input: { email: 'nobody', password: 'a-long-password', name: 'N' } }),
    'EMAIL_INVALID',
    'email',
  ],
  [
    'a huge e-mail address',
    'anyone',
    SIGN_UP,
    () => ({ input: { email: `${HUGE}@shop.test`, password: 'a-long-password', name: 'N' } }),
    'EMAIL_INVALID',
    'email',
  ],
  [
    'a short password',
    'anyone',
    SIGN_UP,
    () => ({ input: { email: 'n@shop.test', password: 'short', name: 'N' } }),
    'PASSWORD_TOO_WEAK',
    'password',
  ],
  [
    'a huge password',
    'anyone',
    SIGN_UP,
    () => ({ input: { email: 'n@shop.test', password: HUGE, name: 'N' } }),
    'PASSWORD_TOO_WEAK',
    'password',
  ],
  [
    'an empty name',
    'anyone',
    SIGN_UP,
    () => ({ input: { email: 'n@shop.test', password: 'a-long-password', name: ' ' } }),
    'NAME_INVALID',
    'name',
  ],
  [
    'an address that is taken',
    'anyone',
    SIGN_UP,
    () => ({ input: { email: shopper.email.toUpperCase(), password: 'a-long-password', name: 'N' } }),
    'EMAIL_TAKEN',
    'email',
  ],
  [
    'a quantity below zero',
    'shopper',
    PLACE_ORDER,
    () => ({ input: { lines: [{ productId, quantity: -1 }], idempotencyKey: randomUUID() } }),
    'QUANTITY_INVALID',
    'quantity',
  ],
  [
    'a quantity of 1,001',
    'shopper',
    PLACE_ORDER,
    () => ({ input: { lines: [{ productId, quantity: 1_001 }], idempotencyKey: randomUUID() } }),
    'QUANTITY_INVALID',
    'quantity',
  ],
  [
    'a product that is none',
    'shopper',
    PLACE_ORDER,
    () => ({ input: { lines: [{ productId: "' OR 1=1", quantity: 1 }], idempotencyKey: randomUUID() } }),
    'PRODUCT_NOT_FOUND',
    'lines',
  ],
  [
    'a coupon that is none',
    'shopper',
    PLACE_ORDER,
    () => ({ input: { lines: [{ productId, quantity: 1 }], couponId: 'x', idempotencyKey: randomUUID() } }),
    'COUPON_NOT_FOUND',
    'couponId',
  ],
  [
    'another’s order',
    'shopper',
    CANCEL,
    () => ({ input: { orderId: strangersOrderId } }),
    'ORDER_NOT_FOUND',
    'orderId',
  ],
  ['an order that is none', 'shopper', CANCEL, () => ({ input: { orderId: '' } }), 'ORDER_NOT_FOUND', 'orderId'],
  [
    'an event that is none',
    'shopper',
    ISSUE,
    () => ({ input: { couponEventId: randomUUID(), requestId: randomUUID() } }),
    'COUPON_EVENT_NOT_FOUND',
    'couponEventId',
  ],
  [
    'a product without a name',
    'admin',
    CREATE_PRODUCT,
    () => ({ input: { name: '  ', price: 1, stock: 1 } }),
    'NAME_INVALID',
    'name',
  ],
  [
    'a product with a huge name',
    'admin',
    CREATE_PRODUCT,
    () => ({ input: { name: HUGE, price: 1, stock: 1 } }),
    'NAME_INVALID',
    'name',
  ],
  [
    'a negative price',
    'admin',
    CREATE_PRODUCT,
    () => ({ input: { name: 'P', price: -1, stock: 1 } }),
    'PRICE_INVALID',
    'price',
  ],
  [
    'negative stock',
    'admin',
    CREATE_PRODUCT,
    () => ({ input: { name: 'P', price: 1, stock: -1 } }),
    'STOCK_INVALID',
    'stock',
  ],
  [
    'a category that is none',
    'admin',
    CREATE_PRODUCT,
    () => ({ input: { name: 'P', price: 1, stock: 1, categoryId: 'x' } }),
    'CATEGORY_NOT_FOUND',
    'categoryId',
  ],
  [
    'more stock taken than there is',
    'admin',
    ADJUST,
    () => ({ input: { productId, delta: -1_000, idempotencyKey: randomUUID() } }),
    'BELOW_HELD',
    'delta',
  ],
  [
    'stock that is no longer so',
    'admin',
    ADJUST,
    () => ({ input: { productId, delta: 1, expectedOnHand: 77, idempotencyKey: randomUUID() } }),
    'STOCK_CHANGED',
    'expectedOnHand',
  ],
  [
    'stock of a product that is none',
    'admin',
    ADJUST,
    () => ({ input: { productId: 'x', delta: 1, idempotencyKey: randomUUID() } }),
    'PRODUCT_NOT_FOUND',
    'productId',
  ],
  [
    'an event without a title',
    'admin',
    CREATE_EVENT,
    () => ({ input: anEvent({ title: '' }) }),
    'TITLE_INVALID',
    'title',
  ],
  [
    'an event of no coupons',
    'admin',
    CREATE_EVENT,
    () => ({ input: anEvent({ totalCount: 0 }) }),
    'COUNT_INVALID',
    'totalCount',
  ],
  [
    'an event that ends before it starts',
    'admin',
    CREATE_EVENT,
    () => ({ input: anEvent({ endsAt: '2025-01-01T00:00:00.000Z' }) }),
    'WINDOW_INVALID',
    'endsAt',
  ],
  [
    'a discount of 101 percent',
    'admin',
    CREATE_EVENT,
    () => ({ input: anEvent({ discountValue: 101 }) }),
    'DISCOUNT_INVALID',
    'discountValue',
  ],
  [
    'a prefix with a space',
    'admin',
    CREATE_EVENT,
    () => ({ input: anEvent({ codePrefix: 'a b' }) }),
    'CODE_PREFIX_INVALID',
    'codePrefix',
  ],
];

it.each(refusals)(
  'answers %s with a userError that names the field, and changes nothing',
  async (_what, who, document, variables, code, path) => {
    const before = await everything();
    const data = dataOf(
      await clientOf(who).query<Record<string, { userErrors: { code: string; path: string[] | null }[] }>>(
        document,
        variables(),
      ),
    );
    const { userErrors } = Object.values(data)[0] as { userErrors: { code: string; path: string[] | null }[] };
    expect(userErrors).toMatchObject([{ code }]);
    expect(userErrors[0]?.path).toContain(path);
    expect(await everything()).toEqual(before);
  },
);

it.each(['', '0', 'x', "' OR 1=1 --", HUGE])('knows nothing by the id %#', async (id) => {
  const document =
    'query ($id: ID!) { product(id: $id) { id } couponEvent(id: $id) { id } order(id: $id) { id } user(id: $id) { id } }';
  const answer = await shopper.query(document, { id });
  expect(answer).toMatchObject({ data: { product: null, couponEvent: null, order: null, user: null } });
  expect(answer.errors).toBeUndefined();
});

it('refuses a body beyond a mebibyte', async () => {
  const response = await fetch(runningShop().gatewayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ me { id } }', variables: { padding: 'x'.repeat(1_100_000) } }),
  });
  expect(response.status).toBe(413);
});
