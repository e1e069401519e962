import { randomUUID } from 'node:crypto';
import {
  AdjustStockDocument,
  CancelOrderDocument,
  PlaceOrderDocument,
  type PlaceOrderInput,
} from '@shop/schema/operations';
import { eventually, type GraphqlClient, graphqlClient } from '@shop/testkit';
import type { Books } from '../crashes/books.ts';
import { type OwnShop, startOwnShop } from '../own-shop.ts';
import { dataOf, type Shopper, type World } from '../world.ts';

// A shop of this file's own, with two gateways, whose books are read at the end of each race.
let own: OwnShop;
let world: World;
let books: Books;

type Statuses = { me: { orders: { nodes: { id: string; status: string }[] } } };

beforeAll(async () => {
  own = await startOwnShop({ instances: { gateway: 2 } });
  ({ world } = own);
  books = await own.openBooks();
}, 90_000);

afterAll(() => own?.close(), 60_000);

afterEach(() => eventually(async () => expect(await books.broken()).toEqual({}), { timeoutMs: 15_000, everyMs: 100 }));

const times = <T>(n: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => make(i)));

/** The shopper at each gateway. */
function everyGateway({ token }: Shopper): GraphqlClient[] {
  return own.shop.run.gateway.instances.map(({ port }) => graphqlClient(`http://127.0.0.1:${port}/graphql`, { token }));
}

function place(client: GraphqlClient, input: PlaceOrderInput) {
  return client.query(PlaceOrderDocument, { input: { idempotencyKey: randomUUID(), ...input } });
}

const order = async (client: GraphqlClient, input: PlaceOrderInput) => dataOf(await place(client, input)).placeOrder;

it('lets one coupon pay for one of twenty orders', async () => {
  const shopper = await world.aShopper({ points: 1_000_000 });
  const { id: productId } = await world.aProduct({ price: 1_000, stock: 100 });
  const couponId = await world.aCoupon(shopper, await world.aCouponEvent());
  const answers = await times(20, () => order(shopper, { lines: [{ productId, quantity: 1 }], couponId }));
  expect(answers.filter((answer) => answer.order?.status === 'COMPLETED')).toHaveLength(1);
  expect(answers.filter(({ userErrors }) => userErrors[0]?.code === 'COUPON_NOT_USABLE')).toHaveLength(19);
  expect(await world.stock(productId)).toEqual({ available: 99, onHand: 99, held: 0 });
});

it('spends points once, however many orders want them at once', async () => {
  const shopper = await world.aShopper({ points: 10_000 });
  const { id: productId } = await world.aProduct({ price: 6_000, stock: 100 });
  const answers = await times(10, () => order(shopper, { lines: [{ productId, quantity: 1 }] }));
  expect(answers.filter((answer) => answer.order?.status === 'COMPLETED')).toHaveLength(1);
  expect(answers.filter(({ userErrors }) => userErrors[0]?.code === 'INSUFFICIENT_POINTS')).toHaveLength(9);
  expect(await world.points(shopper)).toBe(4_000);
});

it('makes one order of a key sent ten times at once through two gateways', async () => {
  const shopper = await world.aShopper({ points: 10_000 });
  const { id: productId } = await world.aProduct({ price: 1_000, stock: 100 });
  const clients = everyGateway(shopper);
  expect(clients).toHaveLength(2);
  const input = { lines: [{ productId, quantity: 1 }], idempotencyKey: randomUUID() };
  const answers = await times(10, (i) => place(clients[i % 2] as GraphqlClient, input));
  const ids = answers.flatMap(({ data }) => data?.placeOrder.order?.id ?? []);
  const waiting = answers.filter(({ errors }) => errors?.[0]?.extensions.code === 'IDEMPOTENCY_IN_PROGRESS');
  expect(new Set(ids).size).toBe(1);
  expect(ids.length + waiting.length).toBe(10);

  const other = await times(10, (i) =>
    place(clients[i % 2] as GraphqlClient, { ...input, lines: [{ productId, quantity: 2 }] }),
  );
  expect(other.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(Array(10).fill('IDEMPOTENCY_KEY_REUSED'));
  expect(await world.points(shopper)).toBe(9_000);
});

it('gives back everything of orders that are cancelled while they are being confirmed', async () => {
  const shopper = await world.aShopper({ points: 100_000 });
  const { id: productId } = await world.aProduct({ price: 1_000, stock: 100 });
  const [placing, cancelling] = everyGateway(shopper) as [GraphqlClient, GraphqlClient];
  const placed = times(10, () => order(placing, { lines: [{ productId, quantity: 1 }] }));
  // Whatever is COMPLETED, its confirms acknowledged or not, is cancelled, twice at once.
  const cancelled = new Set<string>();
  await eventually(
    async () => {
      const seen = dataOf(await cancelling.query<Statuses>('{ me { orders { nodes { id status } } } }'));
      const completed = seen.me.orders.nodes.filter(({ status }) => status === 'COMPLETED');
      await Promise.all(
        [...completed, ...completed].map(({ id }) => cancelling.query(CancelOrderDocument, { input: { orderId: id } })),
      );
      for (const { id } of completed) cancelled.add(id);
      expect(cancelled.size).toBe(10);
    },
    { timeoutMs: 15_000, everyMs: 1 },
  );
  await placed;
  await eventually(async () => {
    expect(await world.points(shopper)).toBe(100_000);
    expect(await world.stock(productId)).toEqual({ available: 100, onHand: 100, held: 0 });
  });
});

it('never sells what an ADMIN takes away at the same moment', async () => {
  const admin = await world.admin();
  const shoppers = await times(5, () => world.aShopper({ points: 100_000 }));
  const { id: productId } = await world.aProduct({ price: 1_000, stock: 20 });
  const adjust = (delta: number) =>
    admin.query(AdjustStockDocument, {
      input: { productId, delta, idempotencyKey: randomUUID() },
    });
  const [orders, edits] = await Promise.all([
    times(30, (i) => order(shoppers[i % 5] as Shopper, { lines: [{ productId, quantity: 1 }] })),
    times(10, () => adjust(-1)),
  ]);
  const sold = orders.filter((answer) => answer.order?.status === 'COMPLETED').length;
  const taken = edits.filter((answer) => dataOf(answer).adjustStock.userErrors.length === 0).length;
  const left = 20 - sold - taken;
  expect(left).toBeGreaterThanOrEqual(0);
  expect(await world.stock(productId)).toEqual({ available: left, onHand: left, held: 0 });
  // Nobody is refused while there is something left.
  if (left > 0) expect([sold, taken]).toEqual([30, 10]);
});
