import { newId } from '@shop/kernel';
import type { GraphqlClient } from '@shop/testkit';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

interface Answer {
  product: { stock: { available: number; onHand: number; held: number } } | null;
  userErrors: { code: string; path: string[]; message: string }[];
}

const document = `mutation ($input: AdjustStockInput!) { adjustStock(input: $input) {
  product { stock { available onHand held } } userErrors { code path message } } }`;

async function adjust(input: object, as: GraphqlClient = world.admin) {
  const { data, errors } = await as.query<{ adjustStock: Answer }>(document, {
    input: { idempotencyKey: newId(), ...input },
  });
  return { ...data?.adjustStock, error: errors?.[0]?.extensions };
}

it('adds and takes away', async () => {
  const productId = await world.aProduct({ stock: 10 });
  expect(await adjust({ productId, delta: 5 })).toMatchObject({
    product: { stock: { available: 15, onHand: 15, held: 0 } },
    userErrors: [],
  });
  expect(await adjust({ productId, delta: -15 })).toMatchObject({ product: { stock: { onHand: 0 } } });
});

it('compares and sets', async () => {
  const productId = await world.aProduct({ stock: 10 });
  expect(await adjust({ productId, delta: 1, expectedOnHand: 9 })).toMatchObject({
    product: null,
    userErrors: [{ code: 'STOCK_CHANGED', path: ['input', 'expectedOnHand'] }],
  });
  expect(await adjust({ productId, delta: 1, expectedOnHand: 10 })).toMatchObject({
    product: { stock: { onHand: 11 } },
  });
});

it('lets one of many win who all expect the same', async () => {
  const productId = await world.aProduct({ stock: 10 });
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => adjust({ productId, delta: -3, expectedOnHand: 10 })),
  );
  expect(answers.filter(({ product }) => product)).toHaveLength(1);
  expect(await world.stock(productId)).toEqual({ onHand: 7, held: 0 });
});

it('does not take away what is held', async () => {
  const productId = await world.aProduct({ stock: 10 });
  await world.hold(newId(), [{ productId, quantity: 4 }]);
  expect(await adjust({ productId, delta: -7 })).toMatchObject({
    userErrors: [{ code: 'BELOW_HELD', path: ['input', 'delta'] }],
  });
  expect(await adjust({ productId, delta: -6 })).toMatchObject({
    product: { stock: { available: 0, onHand: 4, held: 4 } },
  });
});

it('adjusts once, however often the same key is sent at the same time', async () => {
  const productId = await world.aProduct({ stock: 10 });
  const idempotencyKey = newId();
  const answers = await Promise.all(Array.from({ length: 10 }, () => adjust({ productId, delta: 7, idempotencyKey })));
  expect(answers.map(({ product }) => product?.stock.onHand)).toEqual(Array(10).fill(17));
  expect(await world.stock(productId)).toEqual({ onHand: 17, held: 0 });
});

it('repeats a refusal to the same key, although it would fit by now', async () => {
  const productId = await world.aProduct({ stock: 1 });
  const refused = { productId, delta: -2, idempotencyKey: newId() };
  expect(await adjust(refused)).toMatchObject({ userErrors: [{ code: 'BELOW_HELD' }] });
  await adjust({ productId, delta: 10 });
  expect(await adjust(refused)).toMatchObject({ userErrors: [{ code: 'BELOW_HELD' }] });
  expect(await world.stock(productId)).toEqual({ onHand: 11, held: 0 });
});

it('refuses a key that was used for another adjustment', async () => {
  const productId = await world.aProduct({ stock: 10 });
  const idempotencyKey = newId();
  await adjust({ productId, delta: 1, idempotencyKey });
  expect(await adjust({ productId, delta: 2, idempotencyKey })).toMatchObject({
    error: { code: 'IDEMPOTENCY_KEY_REUSED' },
  });
  expect(await world.stock(productId)).toEqual({ onHand: 11, held: 0 });
});

it('shows each of two adjustments in one request its own stock', async () => {
  const productId = await world.aProduct({ stock: 10 });
  const { data } = await world.admin.query(
    `mutation ($id: ID!) {
      a: adjustStock(input: { productId: $id, delta: 1, idempotencyKey: "a-${productId}" }) { product { stock { onHand } } }
      b: adjustStock(input: { productId: $id, delta: 1, idempotencyKey: "b-${productId}" }) { product { stock { onHand } } }
    }`,
    { id: productId },
  );
  expect(data).toEqual({ a: { product: { stock: { onHand: 11 } } }, b: { product: { stock: { onHand: 12 } } } });
});

it('races holds without losing or inventing a unit', async () => {
  const productId = await world.aProduct({ stock: 30 });
  const holds = Array.from({ length: 40 }, () => world.hold(newId(), [{ productId, quantity: 1 }]));
  const adjustments = Array.from({ length: 10 }, (_, i) => adjust({ productId, delta: i % 2 === 0 ? 3 : -4 }));
  const made = (await Promise.all(adjustments)).flatMap((answer, i) => (answer.product ? [i % 2 === 0 ? 3 : -4] : []));
  const held = (await Promise.all(holds)).filter(({ outcome }) => outcome === 'HELD').length;
  const onHand = 30 + made.reduce((sum, delta) => sum + delta, 0);
  expect(await world.stock(productId)).toEqual({ onHand, held });
  expect(held).toBeLessThanOrEqual(onHand);
});

const BIG = 1_000_000_000;
it.each([
  ['nothing', { delta: 0 }, 'delta'],
  ['more than a shelf holds', { delta: BIG + 1 }, 'delta'],
  ['an overflow', { delta: BIG }, 'delta'],
  ['a huge loss', { delta: -BIG - 1 }, 'delta'],
  ['an impossible expectation', { delta: 1, expectedOnHand: -1 }, 'expectedOnHand'],
  ['an empty key', { delta: 1, idempotencyKey: '' }, 'idempotencyKey'],
  ['a huge key', { delta: 1, idempotencyKey: 'k'.repeat(201) }, 'idempotencyKey'],
])('refuses %s by its field and changes nothing', async (_what, input, field) => {
  const productId = await world.aProduct({ stock: 10 });
  expect(await adjust({ productId, ...input })).toMatchObject({ error: { code: 'BAD_USER_INPUT', field } });
  expect(await world.stock(productId)).toEqual({ onHand: 10, held: 0 });
});

it.each([newId(), '', 'nothing', '찻잔', 'x'.repeat(10_000)])('knows no product %p', async (productId) => {
  expect(await adjust({ productId, delta: 1 })).toMatchObject({ userErrors: [{ code: 'PRODUCT_NOT_FOUND' }] });
});

it('is for admins', async () => {
  const productId = await world.aProduct({ stock: 10 });
  expect(await adjust({ productId, delta: 1 }, world.anonymous)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  expect(await adjust({ productId, delta: 1 }, world.shopper)).toMatchObject({ error: { code: 'FORBIDDEN' } });
  expect(await world.stock(productId)).toEqual({ onHand: 10, held: 0 });
});
