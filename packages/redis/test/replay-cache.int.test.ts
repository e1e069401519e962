import { createLogger } from '@shop/service-kit';
import { startTestServers, type TestServers } from '@shop/testkit';
import { connectRedis, createReplayCache, type RedisConnection } from '../src/index.ts';

let servers: TestServers;
let redis: RedisConnection;

beforeAll(async () => {
  servers = await startTestServers({ redis: true });
  redis = await connectRedis({ url: servers.redis.url, log: createLogger('test', { level: 'silent' }) });
});
afterAll(async () => {
  await redis.close();
  await servers.close();
});

it('knows what was answered under a key of a user, for a day', async () => {
  const replays = createReplayCache({ redis, service: 'test' });
  expect(await replays.find('u', 'k')).toBeNull();
  await replays.remember('u', 'k', { fingerprint: 'f', answer: { entryId: 'e' } });
  expect(await replays.find('u', 'k')).toEqual({ fingerprint: 'f', answer: { entryId: 'e' } });
  expect(await replays.find('v', 'k')).toBeNull();
  expect(await redis.ttl('idempotency:test:{u}:k')).toBeGreaterThan(86_000);
});

it('knows nothing, and harms nothing, while Redis is away', async () => {
  const replays = createReplayCache({ redis, service: 'test' });
  await servers.redis.stop();
  await replays.remember('u', 'k2', { fingerprint: 'f', answer: {} });
  expect(await replays.find('u', 'k')).toBeNull();
});
