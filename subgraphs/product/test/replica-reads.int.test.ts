import { eventually, type GraphqlClient } from '@shop/testkit';
import { dataOf, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ replica: true, env: { REPLICA_MAX_LAG_MS: '4000' } });
});
afterAll(() => world.close());

/** The names of the products that a viewer finds by a word. */
async function namesOf(viewer: GraphqlClient, search: string): Promise<string[]> {
  const document = 'query ($search: String) { products(filter: { search: $search }) { nodes { name } } }';
  const { products } = await dataOf<{ products: { nodes: { name: string }[] } }>(viewer.query(document, { search }));
  return products.nodes.map(({ name }) => name);
}

/** How many reads ended so, by the service's own count. */
async function readsWith(outcome: string): Promise<number> {
  const metrics = await (await fetch(`${world.url}/metrics`)).text();
  const line = metrics
    .split('\n')
    .find((each) => each.startsWith('shop_replica_reads_total') && each.includes(`"${outcome}"`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Asks until an anonymous viewer's read ends so, and returns what was read then. */
function anonymouslyUntil(outcome: string, search: string): Promise<string[]> {
  return eventually(
    async () => {
      const before = await readsWith(outcome);
      const names = await namesOf(world.anonymous, search);
      expect(await readsWith(outcome)).toBe(before + 1);
      return names;
    },
    { timeoutMs: 25_000, everyMs: 100 },
  );
}

it('lists products from the replica for who is nobody in particular, and from the primary for who edited them', async () => {
  const { replica } = world.servers;
  await replica.caughtUp();
  await anonymouslyUntil('replica', 'anything');
  await replica.setDelay(3);
  await world.aProduct({ name: 'Oolong' });
  expect(await namesOf(world.admin, 'Oolong')).toEqual(['Oolong']);
  expect(await readsWith('own_writes')).toBeGreaterThan(0);
  expect(await anonymouslyUntil('replica', 'Oolong')).toEqual([]);
  await eventually(async () => expect(await namesOf(world.anonymous, 'Oolong')).toEqual(['Oolong']));
  await replica.setDelay(0);
});

it('chooses by stock from the primary alone', async () => {
  await world.servers.replica.caughtUp();
  await anonymouslyUntil('replica', 'anything');
  const before = await readsWith('replica');
  const document = '{ products(filter: { inStock: true }) { nodes { name } } }';
  await dataOf(world.anonymous.query(document));
  expect(await readsWith('replica')).toBe(before);
});

it('leaves a replica out that lags, until it has caught up', async () => {
  const { replica } = world.servers;
  await replica.setDelay(60);
  await world.aProduct({ name: 'Sencha' });
  expect(await anonymouslyUntil('fallback_lag', 'Sencha')).toEqual(['Sencha']);
  await replica.setDelay(0);
  expect(await anonymouslyUntil('replica', 'Sencha')).toEqual(['Sencha']);
});

it('reads from the primary while the replica is away, and from the replica when it is back', async () => {
  const { replica } = world.servers;
  await world.aProduct({ name: 'Matcha' });
  await replica.caughtUp();
  await anonymouslyUntil('replica', 'Matcha');
  await replica.stop();
  expect(await namesOf(world.anonymous, 'Matcha')).toEqual(['Matcha']);
  expect(await readsWith('fallback_error')).toBeGreaterThan(0);
  await replica.start();
  expect(await anonymouslyUntil('replica', 'Matcha')).toEqual(['Matcha']);
});

it('has no statement more without a replica', async () => {
  const plain = await startWorld();
  const queries = await plain.countStatements(() => namesOf(plain.anonymous, 'anything'));
  expect(queries).toBe(1);
  expect(plain.statements.join()).not.toContain('heartbeat');
  await plain.close();
});
