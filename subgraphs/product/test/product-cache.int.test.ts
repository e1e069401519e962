import { newId } from '@shop/kernel';
import { eventually, type GraphqlClient, graphqlClient } from '@shop/testkit';
import { dataOf, startWorld, type World } from './world.ts';

let world: World;
let other: { url: string; admin: GraphqlClient };
beforeAll(async () => {
  world = await startWorld();
  other = await world.startAnother();
});
afterAll(() => world.close());

const document = 'query ($id: ID!) { product(id: $id) { name price { amount } stock { available } } }';
const read = async (client: GraphqlClient, id: string) =>
  (await dataOf<{ product: { name: string; stock: { available: number } } }>(client.query(document, { id }))).product;
const rename = (client: GraphqlClient, id: string, name: string) =>
  dataOf(
    client.query(
      'mutation ($id: ID!, $name: String!) { updateProduct(input: { id: $id, name: $name }) { product { name } } }',
      {
        id,
        name,
      },
    ),
  );
const productReads = () => world.statements.filter((sql) => /from products/i.test(sql)).length;

it('asks the database for a product once, and for its stock every time', async () => {
  const id = await world.aProduct({ stock: 5 });
  world.statements.length = 0;
  await Promise.all(Array.from({ length: 20 }, () => read(world.anonymous, id)));
  expect(productReads()).toBe(1);
  expect(world.statements.filter((sql) => /from stock/i.test(sql))).toHaveLength(20);
});

it('never shows stock of the past', async () => {
  const id = await world.aProduct({ stock: 5 });
  expect(await read(world.anonymous, id)).toMatchObject({ stock: { available: 5 } });
  await world.hold(newId(), [{ productId: id, quantity: 2 }]);
  expect(await read(world.anonymous, id)).toMatchObject({ stock: { available: 3 } });
});

it('shows an edit at once where it was made, and soon everywhere else', async () => {
  const id = await world.aProduct({ name: 'Old' });
  const elsewhere = graphqlClient(`${other.url}/graphql`);
  expect(await read(world.anonymous, id)).toMatchObject({ name: 'Old' });
  expect(await read(elsewhere, id)).toMatchObject({ name: 'Old' });

  await rename(other.admin, id, 'New');
  expect(await read(elsewhere, id)).toMatchObject({ name: 'New' });
  await eventually(async () => expect(await read(world.anonymous, id)).toMatchObject({ name: 'New' }));
});

it('shows the last of many edits, however many read meanwhile', async () => {
  const id = await world.aProduct({ name: 'Edit 0' });
  const elsewhere = graphqlClient(`${other.url}/graphql`);
  for (let i = 1; i <= 20; i++) {
    const reads = Array.from({ length: 5 }, (_, n) => read(n % 2 === 0 ? elsewhere : world.anonymous, id));
    await Promise.all([rename(i % 2 === 0 ? other.admin : world.admin, id, `Edit ${i}`), ...reads]);
  }
  for (const client of [elsewhere, world.anonymous]) {
    await eventually(async () => expect(await read(client, id)).toMatchObject({ name: 'Edit 20' }));
  }
});

it('freezes the price of the database, not the one of a cache', async () => {
  const id = await world.aProduct({ price: 100 });
  await read(world.anonymous, id);
  await world.rows('UPDATE products SET price = 200 WHERE id = ?', [id]);
  expect(await world.hold(newId(), [{ productId: id, quantity: 1 }])).toMatchObject({ lines: [{ unitPrice: 200 }] });
});

it('says nothing of holds to the caches', async () => {
  const id = await world.aProduct();
  const changed: string[] = [];
  const listening = world.bus.connection.subscribe('product.changed.*', {
    callback: (_error, message) => void changed.push(message.subject),
  });
  await world.bus.connection.flush();
  const orderId = newId();
  await world.hold(orderId, [{ productId: id, quantity: 1 }]);
  await world.confirm(orderId);
  await rename(world.admin, id, 'Renamed');
  await eventually(() => expect(changed).toEqual([`product.changed.${id}`]));
  listening.unsubscribe();
});

// Last, because it takes Redis away from the others.
it('goes on without Redis, and with an edit made in between', async () => {
  const id = await world.aProduct({ name: 'Before' });
  await read(world.anonymous, id);
  await world.servers.redis.stop();
  expect(await read(world.anonymous, id)).toMatchObject({ name: 'Before' });
  await rename(world.admin, id, 'During');
  expect(await read(world.anonymous, id)).toMatchObject({ name: 'During' });
  const fresh = await world.aProduct({ name: 'Fresh' });
  expect(await read(world.anonymous, fresh)).toMatchObject({ name: 'Fresh' });
  const ready = await fetch(`${world.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ ready: true, degraded: { redis: expect.any(String) } });

  await world.servers.redis.start();
  await eventually(async () => {
    const report = (await (await fetch(`${world.url}/readyz`)).json()) as { degraded: Record<string, string> };
    expect(report.degraded).toEqual({});
  });
  expect(await read(world.anonymous, id)).toMatchObject({ name: 'During' });
});
