import { newId } from '@shop/kernel';
import type { GraphqlClient } from '@shop/testkit';
import { dataOf, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const mutation = (name: string) => {
  const input = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const object =
    name === 'createCategory'
      ? 'category { id name }'
      : 'product { id name description price { amount currencyCode } category { id } stock { onHand } status }';
  return `mutation ($input: ${input}!) { ${name}(input: $input) { ${object} userErrors { code path message } } }`;
};

interface Answer {
  category?: { id: string; name: string } | null;
  product?: { id: string; name: string; description: string | null } | null;
  userErrors?: { code: string; path: string[]; message: string }[];
}

async function run(name: string, input: object, as: GraphqlClient = world.admin) {
  const { data, errors } = await as.query<Record<string, Answer>>(mutation(name), { input });
  return { ...data?.[name], error: errors?.[0]?.extensions };
}

/** Everything there is, to see that nothing has changed. */
const everything = async () =>
  JSON.stringify([
    await world.rows('SELECT * FROM categories ORDER BY id'),
    await world.rows('SELECT * FROM products ORDER BY id'),
    await world.rows('SELECT * FROM stock ORDER BY product_id'),
  ]);

it('creates a category and a product on it', async () => {
  const { category } = await run('createCategory', { name: '  차와 커피 ' });
  expect(category?.name).toBe('차와 커피');
  expect(
    await run('createProduct', {
      name: ' 녹차 🍵 ',
      description: '',
      categoryId: category?.id,
      price: 12_000,
      stock: 7,
    }),
  ).toMatchObject({
    product: {
      name: '녹차 🍵',
      description: null,
      price: { amount: 12_000, currencyCode: 'KRW' },
      category: { id: category?.id },
      stock: { onHand: 7 },
      status: 'ON_SALE',
    },
    userErrors: [],
  });
});

it('answers with the time of creation that is stored', async () => {
  const { product } = await dataOf<{ product: { id: string; createdAt: string } }>(
    world.admin
      .query(`mutation { createProduct(input: { name: "Cup", price: 1, stock: 0 }) { product { id createdAt } } }`)
      .then((answer) => ({ ...answer, data: answer.data?.createProduct as Record<string, unknown> })),
  );
  const stored = await dataOf(
    world.anonymous.query('query ($id: ID!) { product(id: $id) { id createdAt } }', { id: product.id }),
  );
  expect(stored).toEqual({ product });
});

it('changes what is named and leaves the rest', async () => {
  const categoryId = await world.aCategory();
  const id = await world.aProduct({ name: 'Cup', description: 'White.', price: 100, categoryId });
  expect(await run('updateProduct', { id, price: 150 })).toMatchObject({
    product: { name: 'Cup', description: 'White.', price: { amount: 150 }, category: { id: categoryId } },
  });
  expect(await run('updateProduct', { id, description: null, categoryId: null })).toMatchObject({
    product: { name: 'Cup', description: null, price: { amount: 150 }, category: null },
  });
  expect(await run('updateProduct', { id, name: 'Mug' })).toMatchObject({
    product: { name: 'Mug', price: { amount: 150 } },
  });
  expect(await run('updateProduct', { id })).toMatchObject({ product: { name: 'Mug' } });
});

it('takes a product out of the shop and brings it back', async () => {
  const id = await world.aProduct();
  expect(await run('updateProduct', { id, discontinued: true })).toMatchObject({ product: { status: 'DISCONTINUED' } });
  expect(await run('updateProduct', { id, discontinued: false })).toMatchObject({ product: { status: 'ON_SALE' } });
});

it('lets two admins edit different parts at the same time', async () => {
  const id = await world.aProduct({ name: 'Cup', price: 100 });
  await Promise.all([
    run('updateProduct', { id, name: 'Mug' }),
    run('updateProduct', { id, price: 200 }),
    run('updateProduct', { id, description: 'Blue.' }),
  ]);
  const rows = await world.rows('SELECT name, price, description FROM products WHERE id = ?', [id]);
  expect(rows).toEqual([{ name: 'Mug', price: 200, description: 'Blue.' }]);
});

const good = { name: 'Cup', price: 100, stock: 1 };
const bad: [string, object, object][] = [
  ['createCategory', { name: '' }, { userErrors: [{ code: 'NAME_INVALID', path: ['input', 'name'] }] }],
  ['createCategory', { name: ' \n ' }, { userErrors: [{ code: 'NAME_INVALID' }] }],
  ['createCategory', { name: 'x'.repeat(201) }, { userErrors: [{ code: 'NAME_INVALID' }] }],
  ['createCategory', { name: 'x'.repeat(500_000) }, { userErrors: [{ code: 'NAME_INVALID' }] }],
  ['createProduct', { ...good, name: '' }, { userErrors: [{ code: 'NAME_INVALID', path: ['input', 'name'] }] }],
  ['createProduct', { ...good, name: 'x'.repeat(201) }, { userErrors: [{ code: 'NAME_INVALID' }] }],
  ['createProduct', { ...good, price: 0 }, { userErrors: [{ code: 'PRICE_INVALID', path: ['input', 'price'] }] }],
  ['createProduct', { ...good, price: -1 }, { userErrors: [{ code: 'PRICE_INVALID' }] }],
  ['createProduct', { ...good, price: Number.MAX_SAFE_INTEGER }, { userErrors: [{ code: 'PRICE_INVALID' }] }],
  ['createProduct', { ...good, stock: -1 }, { userErrors: [{ code: 'STOCK_INVALID', path: ['input', 'stock'] }] }],
  ['createProduct', { ...good, stock: 2_147_483_647 }, { userErrors: [{ code: 'STOCK_INVALID' }] }],
  [
    'createProduct',
    { name: '', price: 0, stock: -1 },
    { userErrors: [{ code: 'NAME_INVALID' }, { code: 'PRICE_INVALID' }, { code: 'STOCK_INVALID' }] },
  ],
  [
    'createProduct',
    { ...good, categoryId: newId() },
    { userErrors: [{ code: 'CATEGORY_NOT_FOUND', path: ['input', 'categoryId'] }] },
  ],
  ['createProduct', { ...good, categoryId: '찻잔' }, { userErrors: [{ code: 'CATEGORY_NOT_FOUND' }] }],
  [
    'createProduct',
    { ...good, description: 'x'.repeat(10_001) },
    { error: { code: 'BAD_USER_INPUT', field: 'description' } },
  ],
  ['createProduct', { ...good, stock: 3_000_000_000 }, { error: { code: 'BAD_USER_INPUT' } }],
  ['createProduct', { ...good, price: 1e20 }, { error: { code: 'BAD_USER_INPUT' } }],
  ['createProduct', { ...good, price: '100' }, { error: { code: 'BAD_USER_INPUT' } }],
  ['updateProduct', { id: newId(), price: 1 }, { userErrors: [{ code: 'PRODUCT_NOT_FOUND', path: ['input', 'id'] }] }],
  ['updateProduct', { id: '찻잔', price: 1 }, { userErrors: [{ code: 'PRODUCT_NOT_FOUND' }] }],
  ['updateProduct', { name: null }, { userErrors: [{ code: 'NAME_INVALID', path: ['input', 'name'] }] }],
  ['updateProduct', { name: ' ' }, { userErrors: [{ code: 'NAME_INVALID' }] }],
  ['updateProduct', { price: null }, { userErrors: [{ code: 'PRICE_INVALID' }] }],
  ['updateProduct', { price: -5 }, { userErrors: [{ code: 'PRICE_INVALID' }] }],
  ['updateProduct', { categoryId: newId() }, { userErrors: [{ code: 'CATEGORY_NOT_FOUND' }] }],
  ['updateProduct', { discontinued: null }, { error: { code: 'BAD_USER_INPUT', field: 'discontinued' } }],
  ['updateProduct', { description: 'x'.repeat(10_001) }, { error: { code: 'BAD_USER_INPUT', field: 'description' } }],
];

it.each(bad)('%s refuses %j and changes nothing', async (name, input, answer) => {
  const id = await world.aProduct();
  const before = await everything();
  expect(await run(name, name === 'updateProduct' ? { id, ...input } : input)).toMatchObject(answer);
  expect(await everything()).toBe(before);
});

it.each([
  ['createCategory', { name: 'Tea' }],
  ['createProduct', good],
  ['updateProduct', { id: newId(), price: 1 }],
])('%s is for admins', async (name, input) => {
  const before = await everything();
  expect(await run(name, input, world.anonymous)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  expect(await run(name, input, world.shopper)).toMatchObject({ error: { code: 'FORBIDDEN' } });
  expect(await everything()).toBe(before);
});

it('keeps a description of the greatest length', async () => {
  const description = '가'.repeat(10_000);
  const { product } = await run('createProduct', { ...good, description });
  const read = await dataOf<{ product: { description: string } }>(
    world.anonymous.query('query ($id: ID!) { product(id: $id) { description } }', { id: product?.id }),
  );
  expect(read.product.description).toBe(description);
});
