import { newId } from '@shop/kernel';
import { connectRedis } from '@shop/redis';
import { createLogger } from '@shop/service-kit';
import { eventually, type GraphqlClient } from '@shop/testkit';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ replica: true, env: { READ_YOUR_WRITES_SECONDS: '30', REPLICA_MAX_LAG_MS: '30000' } });
  // As on any day but the first: Redis has not been emptied lately.
  const redis = await connectRedis({ url: world.servers.redis.url, log: createLogger('test', { level: 'silent' }) });
  await redis.set('wrote-since', '0');
  await redis.close();
});
afterAll(() => world?.close());

async function historyOf(userId: string, viewer: GraphqlClient): Promise<number[]> {
  const { data, errors } = await viewer.query<{ user: { pointHistory: { nodes: { amount: number }[] } } }>(
    'query ($id: ID!) { user(id: $id) { pointHistory { nodes { amount } } } }',
    { id: userId },
  );
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data?.user.pointHistory.nodes.map(({ amount }) => amount) ?? [];
}

const charge = (viewer: GraphqlClient, amount: number) =>
  viewer.query('mutation ($input: ChargePointsInput!) { chargePoints(input: $input) { entry { id } } }', {
    input: { amount, idempotencyKey: newId() },
  });

it('shows shoppers their own charge at once, with a replica ten seconds behind, in every process', async () => {
  const { replica } = world.servers;
  const shopper = await world.aShopper();
  const admin = await world.aShopper({ role: 'ADMIN' });
  const other = await world.startAnother();
  await charge(shopper.client, 100);
  await replica.caughtUp();
  await eventually(async () => expect(await historyOf(shopper.id, admin.client)).toEqual([100]));
  await replica.setDelay(10);

  await charge(shopper.client, 200);
  for (const url of [world.url, other.url]) {
    // Who has not written is answered by the replica.
    await eventually(async () => expect(await historyOf(shopper.id, world.clientOf(admin.token, url))).toEqual([100]));
    expect(await historyOf(shopper.id, world.clientOf(shopper.token, url))).toEqual([200, 100]);
  }
  // And what can be spent is never read there.
  const balance = await admin.client.query('query ($id: ID!) { user(id: $id) { points } }', { id: shopper.id });
  expect(balance.data).toEqual({ user: { points: 300 } });
  await other.close();
});

it('shows everybody what is stored now when nobody can tell who has written', async () => {
  const [shopper, admin] = [await world.aShopper(), await world.aShopper({ role: 'ADMIN' })];
  await world.servers.redis.stop();
  await charge(shopper.client, 300);
  expect(await historyOf(shopper.id, admin.client)).toEqual([300]);
});
