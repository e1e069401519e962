import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { acquireLock, connectRedis, type RedisConnection } from '../src/index.ts';

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

it('has one owner at a time, whoever else comes', async () => {
  const key = newId();
  const locks = await Promise.all(Array.from({ length: 50 }, () => acquireLock(redis, key, 5_000)));
  const [owner, ...others] = locks.filter((lock) => lock !== null);
  expect(others).toEqual([]);
  expect(await owner?.release()).toBe(true);
  expect(await acquireLock(redis, key, 5_000)).not.toBeNull();
});

it('ends with its lifetime, and its late owner cannot take the lock of the next', async () => {
  const key = newId();
  const late = await acquireLock(redis, key, 1);
  const next = await eventually(async () => {
    const lock = await acquireLock(redis, key, 5_000);
    expect(lock).not.toBeNull();
    return lock;
  });
  expect([await late?.extend(9_000), await late?.release()]).toEqual([false, false]);
  expect(await redis.get(key)).toBe(next?.owner);
});

it('lives on when its owner extends it', async () => {
  const key = newId();
  const lock = await acquireLock(redis, key, 5_000);
  expect(await lock?.extend(60_000)).toBe(true);
  expect(await redis.pttl(key)).toBeGreaterThan(50_000);
});

it('cannot be taken while Redis is away, and giving it back does no harm', async () => {
  const lock = await acquireLock(redis, newId(), 5_000);
  await servers.redis.stop();
  await expect(acquireLock(redis, newId(), 5_000)).rejects.toThrow();
  expect(await lock?.release()).toBe(false);
  await servers.redis.start();
  await eventually(() => expect(redis.ready()).toBeNull());
});
