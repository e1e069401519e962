import { newId } from '@shop/kernel';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

it('freezes names and prices, and answers the same to the same order', async () => {
  const [tea, pot] = [
    await world.aProduct({ name: 'Tea', price: 3_000 }),
    await world.aProduct({ name: 'Pot', price: 900 }),
  ];
  const orderId = newId();
  const first = await world.hold(orderId, [
    { productId: pot, quantity: 2 },
    { productId: tea, quantity: 1 },
  ]);
  expect(first).toEqual({
    outcome: 'HELD',
    currencyCode: 'KRW',
    expiresAt: expect.any(String),
    lines: [
      { productId: tea, productName: 'Tea', quantity: 1, unitPrice: 3_000 },
      { productId: pot, productName: 'Pot', quantity: 2, unitPrice: 900 },
    ],
  });
  await world.admin.query(
    'mutation ($id: ID!) { updateProduct(input: { id: $id, name: "Gold", price: 1 }) { product { id } } }',
    {
      id: tea,
    },
  );
  expect(await world.hold(orderId, [{ productId: tea, quantity: 50 }])).toEqual(first);
  expect(await world.stock(tea)).toEqual({ onHand: 100, held: 1 });
  expect(await world.stock(pot)).toEqual({ onHand: 100, held: 2 });
});

it('expires by the clock of the database', async () => {
  const productId = await world.aProduct();
  const answer = await world.hold(newId(), [{ productId, quantity: 1 }], 60);
  const [row] = await world.rows<{ seconds: number }>(
    "SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), STR_TO_DATE(?, '%Y-%m-%dT%H:%i:%s.%fZ')) AS seconds",
    [answer.outcome === 'HELD' ? answer.expiresAt : ''],
  );
  expect(row?.seconds).toBeGreaterThan(50);
  expect(row?.seconds).toBeLessThanOrEqual(60);
});

it('sums lines of the same product', async () => {
  const productId = await world.aProduct({ stock: 3 });
  const twice = [
    { productId, quantity: 2 },
    { productId, quantity: 2 },
  ];
  expect(await world.hold(newId(), twice)).toEqual({
    outcome: 'REFUSED',
    problems: [{ productId, problem: 'INSUFFICIENT_STOCK', available: 3 }],
  });
});

it('holds all lines or none, and reports every line that falls short', async () => {
  const [plenty, few, none] = [
    await world.aProduct({ stock: 10 }),
    await world.aProduct({ stock: 2 }),
    await world.aProduct({ stock: 0 }),
  ];
  const unknown = newId();
  const answer = await world.hold(newId(), [
    { productId: none, quantity: 1 },
    { productId: plenty, quantity: 8 },
    { productId: few, quantity: 3 },
    { productId: unknown, quantity: 1 },
    { productId: 'no id at all, 찻잔', quantity: 1 },
  ]);
  expect(answer.outcome).toBe('REFUSED');
  expect(answer.outcome === 'REFUSED' && answer.problems).toHaveLength(4);
  expect(answer).toMatchObject({
    problems: expect.arrayContaining([
      { productId: none, problem: 'INSUFFICIENT_STOCK', available: 0 },
      { productId: few, problem: 'INSUFFICIENT_STOCK', available: 2 },
      { productId: unknown, problem: 'PRODUCT_NOT_FOUND', available: 0 },
      { productId: 'no id at all, 찻잔', problem: 'PRODUCT_NOT_FOUND', available: 0 },
    ]),
  });
  expect(await world.stock(plenty)).toEqual({ onHand: 10, held: 0 });
  expect(await world.stock(few)).toEqual({ onHand: 2, held: 0 });
});

it('does not hold more than anybody could have', async () => {
  const productId = await world.aProduct({ stock: 5 });
  expect(await world.hold(newId(), [{ productId, quantity: Number.MAX_SAFE_INTEGER }])).toMatchObject({
    problems: [{ problem: 'INSUFFICIENT_STOCK', available: 5 }],
  });
});

it('does not sell what is discontinued', async () => {
  const productId = await world.aProduct();
  await world.admin.query(
    'mutation ($id: ID!) { updateProduct(input: { id: $id, discontinued: true }) { product { id } } }',
    {
      id: productId,
    },
  );
  expect(await world.hold(newId(), [{ productId, quantity: 1 }])).toMatchObject({
    problems: [{ problem: 'PRODUCT_NOT_FOUND' }],
  });
});

it('never sells more than the stock', async () => {
  const productId = await world.aProduct({ stock: 20 });
  const orders = Array.from({ length: 50 }, newId);
  const answers = await Promise.all(orders.map((orderId) => world.hold(orderId, [{ productId, quantity: 1 }])));
  expect(answers.filter(({ outcome }) => outcome === 'HELD')).toHaveLength(20);
  expect(await world.stock(productId)).toEqual({ onHand: 20, held: 20 });
});

it('never sells more than the stock of any line, and says which line fell short', async () => {
  const [plenty, scarce] = [await world.aProduct({ stock: 100 }), await world.aProduct({ stock: 10 })];
  const lines = [plenty, scarce].map((productId) => ({ productId, quantity: 1 }));
  const answers = await Promise.all(Array.from({ length: 30 }, () => world.hold(newId(), lines)));
  const refused = answers.filter(({ outcome }) => outcome === 'REFUSED');
  expect(refused).toEqual(
    Array(20).fill({
      outcome: 'REFUSED',
      problems: [{ productId: scarce, problem: 'INSUFFICIENT_STOCK', available: 0 }],
    }),
  );
  expect(await world.stock(plenty)).toEqual({ onHand: 100, held: 10 });
  expect(await world.stock(scarce)).toEqual({ onHand: 10, held: 10 });
});

it('lets orders over the same products in any order through', async () => {
  const products = await Promise.all(Array.from({ length: 4 }, () => world.aProduct({ stock: 1_000 })));
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => {
      const lines = products.map((_, j) => ({ productId: products[(i + j) % 4] ?? '', quantity: 1 }));
      return world.hold(newId(), i % 2 === 0 ? lines : lines.reverse());
    }),
  );
  expect(answers.every(({ outcome }) => outcome === 'HELD')).toBe(true);
  for (const product of products) expect(await world.stock(product)).toEqual({ onHand: 1_000, held: 40 });
});

it('holds once, however often the order asks at the same time', async () => {
  const productId = await world.aProduct({ stock: 10 });
  const orderId = newId();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => world.hold(orderId, [{ productId, quantity: 3 }])),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await world.stock(productId)).toEqual({ onHand: 10, held: 3 });
});

it('refuses an order that asks ten times at once every time', async () => {
  const productId = await world.aProduct({ stock: 1 });
  const orderId = newId();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => world.hold(orderId, [{ productId, quantity: 2 }])),
  );
  expect(answers.every(({ outcome }) => outcome === 'REFUSED')).toBe(true);
  expect(await world.stock(productId)).toEqual({ onHand: 1, held: 0 });
});

type Step = 'hold' | 'confirm' | 'release' | 'restock';
const held = { onHand: 10, held: 4 };
const sold = { onHand: 6, held: 0 };
const untouched = { onHand: 10, held: 0 };

const stories: [Step[], string[], { onHand: number; held: number }][] = [
  [['hold', 'confirm'], ['HELD', 'CONFIRMED'], sold],
  [['hold', 'confirm', 'confirm', 'hold'], ['HELD', 'CONFIRMED', 'CONFIRMED', 'HELD'], sold],
  [['hold', 'release'], ['HELD', 'RELEASED'], untouched],
  [['hold', 'release', 'release', 'hold'], ['HELD', 'RELEASED', 'RELEASED', 'REFUSED'], untouched],
  [['release', 'hold'], ['RELEASED', 'REFUSED'], untouched],
  [['release', 'release', 'confirm'], ['RELEASED', 'RELEASED', 'NOT_HELD'], untouched],
  [['hold', 'confirm', 'release'], ['HELD', 'CONFIRMED', 'ALREADY_CONFIRMED'], sold],
  [['hold', 'release', 'confirm', 'restock'], ['HELD', 'RELEASED', 'NOT_HELD', 'NOT_CONFIRMED'], untouched],
  [['hold', 'confirm', 'restock'], ['HELD', 'CONFIRMED', 'RESTOCKED'], untouched],
  [['hold', 'confirm', 'restock', 'restock'], ['HELD', 'CONFIRMED', 'RESTOCKED', 'RESTOCKED'], untouched],
  [
    ['hold', 'confirm', 'restock', 'confirm', 'release', 'hold'],
    ['HELD', 'CONFIRMED', 'RESTOCKED', 'CONFIRMED', 'ALREADY_CONFIRMED', 'REFUSED'],
    untouched,
  ],
  [['hold', 'restock'], ['HELD', 'NOT_CONFIRMED'], held],
  [['confirm', 'restock', 'hold'], ['NOT_HELD', 'NOT_CONFIRMED', 'HELD'], held],
];

it.each(stories)('%p answers %p', async (steps, outcomes, stock) => {
  const productId = await world.aProduct({ stock: 10 });
  const orderId = newId();
  const take = {
    hold: async () => (await world.hold(orderId, [{ productId, quantity: 4 }])).outcome,
    confirm: () => world.confirm(orderId),
    release: () => world.release(orderId),
    restock: () => world.restock(orderId),
  };
  const answers: string[] = [];
  for (const step of steps) answers.push(await take[step]());
  expect(answers).toEqual(outcomes);
  expect(await world.stock(productId)).toEqual(stock);
});

it('moves the stock once, whoever races whom', async () => {
  const productId = await world.aProduct({ stock: 1_000 });
  const orders = Array.from({ length: 25 }, newId);
  await Promise.all(
    orders.flatMap((orderId) => [
      world.hold(orderId, [{ productId, quantity: 3 }]),
      world.confirm(orderId),
      world.release(orderId),
      world.confirm(orderId),
      world.restock(orderId),
      world.restock(orderId),
      world.release(orderId),
    ]),
  );
  const rows = await world.rows<{ status: string; orders: number }>(
    'SELECT status, COUNT(*) AS orders FROM stock_holds WHERE order_id IN (?) GROUP BY status',
    [orders],
  );
  const count = (status: string) => rows.find((row) => row.status === status)?.orders ?? 0;
  expect(count('HELD') + count('CONFIRMED') + count('RELEASED') + count('RESTOCKED')).toBe(orders.length);
  expect(await world.stock(productId)).toEqual({ onHand: 1_000 - 3 * count('CONFIRMED'), held: 3 * count('HELD') });
});

it('takes four statements to hold any number of lines and two to confirm them', async () => {
  const productIds = await Promise.all(Array.from({ length: 5 }, () => world.aProduct()));
  const lines = productIds.map((productId) => ({ productId, quantity: 1 }));
  const orderId = newId();
  const withoutFrame = (sql: string) => !/begin|commit/.test(sql);
  await world.countStatements(() => world.hold(orderId, lines));
  expect(world.statements.filter(withoutFrame)).toHaveLength(4);
  await world.countStatements(() => world.confirm(orderId));
  expect(world.statements.filter(withoutFrame)).toHaveLength(2);
});

it('cannot be brought below zero by any statement', async () => {
  const productId = await world.aProduct({ stock: 1 });
  await expect(world.rows('UPDATE stock SET held = 2 WHERE product_id = ?', [productId])).rejects.toThrow(
    /constraint/i,
  );
  await expect(world.rows('UPDATE stock SET held = -1 WHERE product_id = ?', [productId])).rejects.toThrow(
    /constraint/i,
  );
});
