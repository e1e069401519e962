import { connectRedis } from '@shop/redis';
import { createLogger } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { type Buyer, ORDER_FIELDS, type OrderAnswer, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({
    replica: true,
    env: { READ_YOUR_WRITES_SECONDS: '30', REPLICA_MAX_LAG_MS: '30000' },
  });
  // As on any day but the first: Redis has not been emptied lately.
  const redis = await connectRedis({ url: world.servers.redis.url, log: createLogger('test', { level: 'silent' }) });
  await redis.set('wrote-since', '0');
  await redis.close();
});
afterAll(() => world?.close());

type ListedOrder = NonNullable<OrderAnswer['order']>;

async function ordersOf(viewer: Buyer, buyer: Buyer): Promise<ListedOrder[]> {
  const { data, errors } = await viewer.client.query<{ _entities: { orders: { nodes: ListedOrder[] } }[] }>(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { orders { nodes { ${ORDER_FIELDS} } } } } }`,
    { of: [{ __typename: 'User', id: buyer.id }] },
  );
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data?._entities[0]?.orders.nodes ?? [];
}

async function place(buyer: Buyer): Promise<string> {
  const { order } = await world.place(buyer, { lines: [{ productId: world.others.aProduct().id, quantity: 1 }] });
  return order?.id ?? '';
}

it('lists an order for its buyer at once, with a replica ten seconds behind', async () => {
  const { replica } = world.servers;
  const [buyer, admin] = [await world.aBuyer(), await world.aBuyer({ role: 'ADMIN' })];
  const first = await place(buyer);
  await eventually(async () => expect(await world.unsettled()).toBe(0));
  await replica.caughtUp();
  await replica.setDelay(10);

  const second = await place(buyer);
  expect((await ordersOf(buyer, buyer)).map(({ id }) => id)).toEqual([second, first]);
  // Who has not written is answered by the replica: with the whole order, and without the one it has not got.
  await eventually(async () => expect((await ordersOf(admin, buyer)).map(({ id }) => id)).toEqual([first]));
  expect(await ordersOf(admin, buyer)).toMatchObject([
    { status: 'COMPLETED', lines: [{ quantity: 1 }], payment: { status: 'CAPTURED' } },
  ]);
  // By its id it is there for everybody who may see it.
  const byId = await admin.client.query('query ($id: ID!) { order(id: $id) { id lines { quantity } } }', {
    id: second,
  });
  expect(byId.data).toEqual({ order: { id: second, lines: [{ quantity: 1 }] } });

  await world.cancel(buyer, { orderId: first });
  expect((await ordersOf(buyer, buyer)).map(({ status }) => status)).toEqual(['COMPLETED', 'CANCELLED']);
  await replica.setDelay(0);
});

it('lists orders while the replica is away', async () => {
  const [buyer, admin] = [await world.aBuyer(), await world.aBuyer({ role: 'ADMIN' })];
  const id = await place(buyer);
  await world.servers.replica.stop();
  expect(await ordersOf(admin, buyer)).toMatchObject([{ id, lines: [{ quantity: 1 }] }]);
});
