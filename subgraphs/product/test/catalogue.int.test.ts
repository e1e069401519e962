import { newId } from '@shop/kernel';
import { dataOf, startWorld, type World } from './world.ts';

type Sort = 'NEWEST' | 'PRICE_ASC' | 'PRICE_DESC' | 'NAME';
interface Page {
  nodes: { id: string; name: string; price: { amount: number } }[];
  edges: { cursor: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const page = `{ nodes { id name price { amount } } edges { cursor }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function products(args: object): Promise<Page> {
  const document = `query ($first: Int, $after: String, $filter: ProductFilter, $sort: ProductSort) {
    products(first: $first, after: $after, filter: $filter, sort: $sort) ${page} }`;
  return (await dataOf<{ products: Page }>(world.anonymous.query(document, { ...args }))).products;
}

async function ofCategory(id: string, args: object): Promise<Page> {
  const document = `query ($first: Int, $after: String, $sort: ProductSort) {
    categories { id products(first: $first, after: $after, sort: $sort) ${page} } }`;
  const { categories } = await dataOf<{ categories: { id: string; products: Page }[] }>(
    world.anonymous.query(document, { ...args }),
  );
  const found = categories.find((category) => category.id === id);
  if (found === undefined) throw new Error(`There is no category ${id}.`);
  return found.products;
}

/** Walks a list to its end, three at a time, doing something between the pages. */
async function walk(read: (after: string | null) => Promise<Page>, between = async () => {}): Promise<Page['nodes']> {
  const seen: Page['nodes'] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Page = await read(after);
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    seen.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    await between();
  } while (after !== null);
  return seen;
}

const names = (nodes: { name: string }[]) => nodes.map(({ name }) => name).sort();

describe('a walk through the pages', () => {
  let categoryId: string;
  const ids: string[] = [];
  beforeAll(async () => {
    categoryId = await world.aCategory('Walks');
    // Equal prices and names, and names that differ in case alone.
    for (let i = 0; i < 20; i++) {
      ids.push(
        await world.aProduct({ name: ['Jar', 'jar', '항아리'][i % 3] ?? '', price: 1_000 * (1 + (i % 4)), categoryId }),
      );
    }
  });

  const ascending = (values: (number | string)[]) =>
    values.every((value, i) => i === 0 || value >= (values[i - 1] ?? ''));
  const inOrder: Record<Sort, (nodes: Page['nodes']) => boolean> = {
    NEWEST: (nodes) => ascending(nodes.map(({ id }) => id).reverse()),
    PRICE_ASC: (nodes) => ascending(nodes.map(({ price }) => price.amount)),
    PRICE_DESC: (nodes) => ascending(nodes.map(({ price }) => price.amount).reverse()),
    NAME: (nodes) => ascending(nodes.map(({ name }) => name.toLowerCase())),
  };
  const sorts = Object.keys(inOrder) as Sort[];

  it.each(sorts)('by %s meets every product once', async (sort) => {
    const seen = await walk((after) => products({ first: 3, after, sort, filter: { categoryId } }));
    expect(seen.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(inOrder[sort](seen)).toBe(true);
  });

  it.each(sorts)('of a category by %s meets the same products in the same order', async (sort) => {
    const seen = await walk((after) => ofCategory(categoryId, { first: 3, after, sort }));
    expect(seen).toEqual(await walk((after) => products({ first: 7, after, sort, filter: { categoryId } })));
  });

  it.each(sorts)('by %s is not disturbed by what is added on the way', async (sort) => {
    const seen = await walk(
      (after) => products({ first: 3, after, sort, filter: { categoryId } }),
      async () => {
        await world.aProduct({ name: 'Jar', price: 2_000, categoryId });
      },
    );
    const met = seen.map(({ id }) => id);
    expect(new Set(met).size).toBe(met.length);
    expect(met).toEqual(expect.arrayContaining(ids));
  });
});

describe('a search', () => {
  let shelf: string;
  const search = async (text: string) => names((await products({ filter: { search: text, categoryId: shelf } })).nodes);
  beforeAll(async () => {
    shelf = await world.aCategory('Searched');
    await world.aProduct({ name: 'TV stand', categoryId: shelf });
    await world.aProduct({ name: 'The Café Table', description: 'Made of oak, by hand.', categoryId: shelf });
    await world.aProduct({ name: '무선이어폰 프로', categoryId: shelf });
    await world.aProduct({ name: '무선 키보드', description: '기계식 A-1', categoryId: shelf });
    await world.aProduct({ name: 'Oak shelf (A)', categoryId: shelf });
  });

  it.each([
    ['a short word', 'tv', ['TV stand']],
    ['a stop word', 'the', ['The Café Table']],
    ['one letter', 'a', ['Oak shelf (A)', '무선 키보드']],
    ['the beginning of a word', 'tab', ['The Café Table']],
    ['all words, in any order', 'shelf oak', ['Oak shelf (A)']],
    ['a word without its accent', 'CAFE', ['The Café Table']],
    ['the description', 'hand', ['The Café Table']],
    ['name and description together', 'table oak', ['The Café Table']],
    ['Korean', '무선', ['무선 키보드', '무선이어폰 프로']],
    ['what begins inside a Korean word', '이어폰', ['무선이어폰 프로']],
    ['one Korean letter', '폰', ['무선이어폰 프로']],
    ['two Korean words', '무선 키보', ['무선 키보드']],
    ['full-width letters', 'ＴＶ', ['TV stand']],
    ['what is not there', 'piano', []],
    ['a word and one that is not there', 'oak piano', []],
    ['a minus as no operator', '-oak', ['Oak shelf (A)', 'The Café Table']],
    ['quotes and brackets as no operators', '"oak (shelf', ['Oak shelf (A)']],
    ['nothing but operators', '+-*"@<>()~', []],
    ['SQL', "oak' OR '1'='1", []],
  ])('finds by %s', async (_what, text, found) => expect(await search(text)).toEqual([...found].sort()));

  it.each(['', '   '])('is no condition when it is %j', async (text) => expect(await search(text)).toHaveLength(5));

  it('comes in the chosen order and in pages', async () => {
    const seen = await walk((after) =>
      products({ first: 1, after, sort: 'NAME', filter: { search: 'oak', categoryId: shelf } }),
    );
    expect(seen.map(({ name }) => name)).toEqual(['Oak shelf (A)', 'The Café Table']);
  });

  it('follows an edit', async () => {
    const id = await world.aProduct({ name: 'Lamp', categoryId: shelf });
    await world.admin.query(
      'mutation ($id: ID!) { updateProduct(input: { id: $id, name: "Lantern" }) { product { id } } }',
      { id },
    );
    expect(await search('lamp')).toEqual([]);
    expect(await search('lantern')).toEqual(['Lantern']);
  });
});

describe('a filter', () => {
  let categoryId: string;
  const filtered = async (filter: object) => names((await products({ filter: { categoryId, ...filter } })).nodes);
  beforeAll(async () => {
    categoryId = await world.aCategory('Filtered');
    await world.aProduct({ name: 'cheap', price: 100, categoryId });
    await world.aProduct({ name: 'dear', price: 300, categoryId });
    await world.aProduct({ name: 'gone', price: 200, stock: 0, categoryId });
    const held = await world.aProduct({ name: 'held', price: 200, stock: 1, categoryId });
    await world.hold(newId(), [{ productId: held, quantity: 1 }]);
    const old = await world.aProduct({ name: 'old', categoryId });
    await world.admin.query(
      'mutation ($id: ID!) { updateProduct(input: { id: $id, discontinued: true }) { product { id } } }',
      { id: old },
    );
  });

  it.each([
    [{}, ['cheap', 'dear', 'gone', 'held']],
    [{ minPrice: 200 }, ['dear', 'gone', 'held']],
    [{ maxPrice: 200 }, ['cheap', 'gone', 'held']],
    [{ minPrice: 200, maxPrice: 200 }, ['gone', 'held']],
    [{ minPrice: 201, maxPrice: 200 }, []],
    [{ inStock: true }, ['cheap', 'dear']],
    [{ inStock: false }, ['gone', 'held']],
    [{ inStock: null, search: null, minPrice: null }, ['cheap', 'dear', 'gone', 'held']],
    [{ categoryId: newId() }, []],
    [{ categoryId: '찻잔' }, []],
    [{ maxPrice: Number.MAX_SAFE_INTEGER, search: 'c' }, ['cheap']],
  ])('%j finds %j', async (filter, found) => expect(await filtered(filter)).toEqual(found));
});

it('tells what can be had', async () => {
  const categoryId = await world.aCategory('Statuses');
  const id = await world.aProduct({ stock: 3, categoryId });
  const read = async () =>
    (
      await dataOf<{ product: object }>(
        world.anonymous.query(
          'query ($id: ID!) { product(id: $id) { status stock { available onHand held } category { name } createdAt } }',
          { id },
        ),
      )
    ).product;
  expect(await read()).toEqual({
    status: 'ON_SALE',
    stock: { available: 3, onHand: 3, held: 0 },
    category: { name: 'Statuses' },
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  await world.hold(newId(), [{ productId: id, quantity: 3 }]);
  expect(await read()).toMatchObject({ status: 'SOLD_OUT', stock: { available: 0, onHand: 3, held: 3 } });
  await world.admin.query(
    'mutation ($id: ID!) { updateProduct(input: { id: $id, discontinued: true }) { product { id } } }',
    {
      id,
    },
  );
  expect(await read()).toMatchObject({ status: 'DISCONTINUED' });
});

it.each([newId(), '', '1', '찻잔', "' OR 1=1 --", 'x'.repeat(10_000)])('knows no product %p', async (id) => {
  expect(await dataOf(world.anonymous.query('query ($id: ID!) { product(id: $id) { id } }', { id }))).toEqual({
    product: null,
  });
});

it.each([
  [{ first: 0 }, 'first'],
  [{ first: -1 }, 'first'],
  [{ first: 101 }, 'first'],
  [{ after: '' }, 'after'],
  [{ after: 'nonsense' }, 'after'],
  [{ after: Buffer.from('["NEWEST","no id"]').toString('base64url') }, 'after'],
  [{ after: Buffer.from(`["NAME","a","${newId()}"]`).toString('base64url') }, 'after'],
  [{ sort: 'PRICE_ASC', after: Buffer.from(`["PRICE_ASC","a","${newId()}"]`).toString('base64url') }, 'after'],
  [{ filter: { search: 'x'.repeat(201) } }, 'filter.search'],
  [{ filter: { minPrice: -1 } }, 'filter.minPrice'],
  [{ filter: { maxPrice: -1 } }, 'filter.maxPrice'],
])('refuses %j by its field', async (args, field) => {
  const document = `query ($first: Int, $after: String, $filter: ProductFilter, $sort: ProductSort) {
    products(first: $first, after: $after, filter: $filter, sort: $sort) { nodes { id } } }`;
  const { errors } = await world.anonymous.query(document, args);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
});

describe('the number of SQL statements', () => {
  beforeAll(async () => {
    for (let i = 0; i < 60; i++) {
      const categoryId = await world.aCategory(`Shelf ${i}`);
      await world.aProduct({ categoryId });
      await world.aProduct({ categoryId });
    }
  });

  it('does not depend on the length of a page', async () => {
    const document = `query ($first: Int) { products(first: $first) {
      nodes { name stock { available } status category { name } } pageInfo { hasNextPage } } }`;
    const few = await world.countStatements(() => dataOf(world.anonymous.query(document, { first: 5 })));
    const many = await world.countStatements(() => dataOf(world.anonymous.query(document, { first: 50 })));
    expect([few, many]).toEqual([3, 3]);
  });

  it('does not depend on the number of categories', async () => {
    const document = `{ categories { name products(first: 2) { nodes { name stock { available } } } } }`;
    const all = await world.countStatements(() => dataOf(world.anonymous.query(document)));
    expect(all).toBe(3);
  });

  it('does not depend on the number of references', async () => {
    const { nodes } = await products({ first: 100 });
    const representations = nodes.map(({ id }) => ({ __typename: 'Product', id }));
    const document = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Product { name stock { available } category { name } } } }`;
    const ask = (some: object[]) => () => dataOf(world.anonymous.query(document, { representations: some }));
    const cold = await world.countStatements(ask(representations));
    const warm = await world.countStatements(ask(representations));
    const one = await world.countStatements(ask(representations.slice(0, 1)));
    expect([cold, warm, one]).toEqual([3, 2, 2]);
  });
});

it('answers null to references that lead nowhere, and the others beside them', async () => {
  const id = await world.aProduct({ name: 'Found' });
  const categoryId = await world.aCategory('Found too');
  const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Product { name } ... on Category { name } } }`;
  const representations = [
    { __typename: 'Product', id },
    { __typename: 'Product', id: newId() },
    { __typename: 'Product', id: 'nonsense' },
    { __typename: 'Category', id: categoryId },
    { __typename: 'Category', id: '찻잔' },
  ];
  expect(await dataOf(world.anonymous.query(document, { representations }))).toEqual({
    _entities: [{ name: 'Found' }, null, null, { name: 'Found too' }, null],
  });
});
