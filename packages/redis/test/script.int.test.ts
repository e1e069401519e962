import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLogger } from '@shop/service-kit';
import { startTestServers, type TestServers } from '@shop/testkit';
import { connectRedis, defineScript, type RedisConnection, runScript } from '../src/index.ts';

const double = defineScript<number>('doubled', new URL('./doubled.lua', import.meta.url), 1);

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

it('runs whether Redis knows it or not, exactly once each time', async () => {
  await redis.set('n', 1);
  expect(await runScript(redis, double, ['n'])).toBe(2);
  await redis.script('FLUSH');
  expect(await Promise.all([1, 2, 3].map(() => runScript(redis, double, ['n'])))).toEqual([4, 8, 16]);
  expect(await redis.script('EXISTS', double.sha1)).toEqual([1]);
});

it('takes the number of keys it was defined with', async () => {
  await expect(runScript(redis, double, ['n', 'm'])).rejects.toThrow('takes 1 keys, not 2');
});

it('passes on what the script complains about', async () => {
  await redis.set('word', 'no number');
  await expect(runScript(redis, double, ['word'])).rejects.toThrow(/arithmetic/);
});
