import { createLogger } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { connectRedis, createRecentWrites, type RedisConnection } from '../src/index.ts';

let servers: TestServers;
const connections: RedisConnection[] = [];

/** What one process remembers. */
async function aProcess(keptSeconds = 2) {
  const redis = await connectRedis({ url: servers.redis.url, log: createLogger('test', { level: 'silent' }) });
  connections.push(redis);
  return { redis, writes: createRecentWrites({ redis, keptSeconds }) };
}

beforeAll(async () => {
  servers = await startTestServers({ redis: true });
});
afterAll(async () => {
  await Promise.all(connections.map((redis) => redis.close()));
  await servers.close();
});

/** Waits until nobody is taken for a writer who is none. */
const untilTrusted = (writes: { has(userId: string): Promise<boolean> }) =>
  eventually(async () => expect(await writes.has('nobody')).toBe(false));

it('tells every process who wrote, for its time', async () => {
  const [here, there] = await Promise.all([aProcess(), aProcess()]);
  await untilTrusted(there.writes);
  const noted = here.writes.note('writer');
  expect(await here.writes.has('writer')).toBe(true);
  await noted;
  expect(await there.writes.has('writer')).toBe(true);
  expect(await there.writes.has('reader')).toBe(false);
  await eventually(async () => expect(await there.writes.has('writer')).toBe(false));
  expect(await here.writes.has('writer')).toBe(false);
});

it('takes everybody for a writer until Redis, once emptied, would know them all again', async () => {
  const [here, there] = await Promise.all([aProcess(), aProcess()]);
  await untilTrusted(there.writes);
  await here.writes.note('writer');
  await here.redis.flushall();
  expect(await there.writes.has('writer')).toBe(true);
  expect(await there.writes.has('reader')).toBe(true);
  await untilTrusted(there.writes);
});

it('takes everybody for a writer while Redis is away, and tells afterwards who wrote meanwhile', async () => {
  const [here, there] = await Promise.all([aProcess(5), aProcess(5)]);
  await here.redis.set('wrote-since', '0');
  await servers.redis.stop();
  await here.writes.note('writer');
  expect(await there.writes.has('reader')).toBe(true);
  await servers.redis.start();
  await eventually(async () => expect(await there.redis.exists('{wrote-since}:writer')).toBe(1));
  expect(await there.writes.has('reader')).toBe(true);
});
