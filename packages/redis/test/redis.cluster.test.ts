import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createLogger, createMetrics } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import {
  acquireLock,
  connectRedis,
  createReadThroughCache,
  createRecentWrites,
  createReplayCache,
  createTokenBucket,
  defineScript,
  type RedisConnection,
  runScript,
} from '../src/index.ts';

const double = defineScript<number>('doubled', new URL('./doubled.lua', import.meta.url), 1);
const log = createLogger('test', { level: 'silent' });
const metrics = createMetrics('test');
let servers: TestServers;
let redis: RedisConnection;

beforeAll(async () => {
  servers = await startTestServers({ redisCluster: true });
  redis = await connectRedis({ url: servers.redisCluster.url, log });
}, 60_000);
afterAll(async () => {
  await redis.close();
  await servers.close();
});

const primaryOf = async (key: string) => (await servers.redisCluster.ownersOf(key)).primary;

/** Keys in every part of the cluster. */
const manyKeys = () => Array.from({ length: 60 }, () => newId());

describe('on a cluster', () => {
  it('a script runs on every node, whether the node knows it or not', async () => {
    const keys = manyKeys();
    await Promise.all(keys.map((key) => redis.set(key, 21)));
    expect(await Promise.all(keys.map((key) => runScript(redis, double, [key])))).toEqual(keys.map(() => 42));
  });

  it('a cache reads, stores and forgets keys that live apart', async () => {
    const keys = manyKeys();
    const loads: string[][] = [];
    let price = 100;
    const aCache = () =>
      createReadThroughCache<number>({
        ...{ name: 'product', redis, metrics, log },
        async load(missing) {
          loads.push(missing);
          return new Map(missing.map((key) => [key, price]));
        },
      });
    const [here, there] = [aCache(), aCache()];
    const all = (price: number) => new Map(keys.map((key) => [key, price]));
    expect(await here.getMany(keys)).toEqual(all(100));
    expect(await there.getMany(keys)).toEqual(all(100));
    expect(loads.map((missing) => missing.length)).toEqual([60]);

    price = 200;
    await here.invalidate(keys);
    there.forgetLocal(keys);
    expect(await there.getMany(keys)).toEqual(all(200));
    expect(await redis.get(`product:${keys[0]}`)).toBe('200');
  });

  it('a lock has one owner at a time, who extends it and gives it back', async () => {
    for (const key of manyKeys().slice(0, 6)) {
      const locks = await Promise.all([1, 2, 3].map(() => acquireLock(redis, key, 5_000)));
      const [lock, ...others] = locks.filter((each) => each !== null);
      expect(others).toEqual([]);
      expect([await lock?.extend(9_000), await lock?.release()]).toEqual([true, true]);
      expect(await redis.exists(key)).toBe(0);
    }
  });

  it('a token bucket is one for everybody, counted in Redis', async () => {
    const bucket = createTokenBucket({ name: 'cluster', redis, perSecond: 1, burst: 5, metrics });
    for (const scope of manyKeys().slice(0, 6)) {
      const taken = await Promise.all(Array.from({ length: 8 }, () => bucket.take(scope)));
      expect(taken.filter(({ allowed }) => allowed)).toHaveLength(5);
    }
    expect(await metrics.registry.metrics()).toMatch(/outcome="allowed",counted="redis"[^}]*\} 30/);
  });

  it('answers given under an idempotency key, and transactions on one key, work as ever', async () => {
    const replays = createReplayCache({ redis, service: 'test' });
    await replays.remember('u', 'k', { fingerprint: 'f', answer: { entryId: 'e' } });
    expect(await replays.find('u', 'k')).toEqual({ fingerprint: 'f', answer: { entryId: 'e' } });
    const key = newId();
    await redis.multi().hset(key, { field: 'value' }).pexpire(key, 60_000).exec();
    expect(await redis.hgetall(key)).toEqual({ field: 'value' });
    expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  it('who wrote is known to all, by one clock, and everybody is a writer once it was emptied', async () => {
    const other = await connectRedis({ url: servers.redisCluster.url, log });
    const [here, there] = [redis, other].map((each) => createRecentWrites({ redis: each, keptSeconds: 2 }));
    const untilTrusted = () => eventually(async () => expect(await there?.has('nobody')).toBe(false));
    await untilTrusted();
    await here?.note('writer');
    expect([await there?.has('writer'), await there?.has('reader')]).toEqual([true, false]);
    await redis.del('wrote-since', '{wrote-since}:writer');
    expect([await there?.has('writer'), await there?.has('reader')]).toEqual([true, true]);
    await untilTrusted();
    await other.close();
  });
});

describe('a cluster that loses a primary', () => {
  it('fails fast for its keys alone, says so once, and goes on with the replica by itself', async () => {
    const warned: unknown[] = [];
    const told = createLogger('test', { level: 'silent' });
    jest.spyOn(told, 'warn').mockImplementation((...line: unknown[]) => void warned.push(line));
    const watched = await connectRedis({ url: servers.redisCluster.url, log: told });
    const keys = manyKeys();
    await Promise.all(keys.map((key) => watched.set(key, 'before')));
    const lost = await primaryOf(keys[0] ?? '');
    const owners = await Promise.all(keys.map((key) => primaryOf(key)));
    const kept = keys.find((_, i) => owners[i] !== lost) ?? '';
    let comebacks = 0;
    watched.on('ready', () => comebacks++);

    await lost.kill();
    await eventually(() => expect(watched.ready()).toMatch(/Redis is away/));
    const startedAt = performance.now();
    await expect(watched.get(keys[0] ?? '')).rejects.toThrow(/Redis is away/);
    expect(performance.now() - startedAt).toBeLessThan(400);
    expect(await watched.get(kept)).toBe('before');

    await eventually(async () => expect(await watched.set(keys[0] ?? '', 'after')).toBe('OK'), { timeoutMs: 20_000 });
    await eventually(() => expect(watched.ready()).toBeNull());
    expect(warned).toHaveLength(1);
    expect(comebacks).toBe(1);
    expect(await primaryOf(keys[0] ?? '')).not.toBe(lost);

    // It comes back as a replica, and every command still finds its way.
    await lost.start();
    await Promise.all(keys.map(async (key) => expect(await watched.set(key, 'later')).toBe('OK')));
    await watched.close();
    expect(warned).toHaveLength(1);
  }, 60_000);

  it('that hangs gives its keys up, too', async () => {
    const key = newId();
    const watched = await connectRedis({ url: servers.redisCluster.url, log });
    const hung = await eventually(() => primaryOf(key), { timeoutMs: 20_000 });
    await eventually(() => expect(watched.ready()).toBeNull());
    hung.hang();
    await expect(watched.get(key)).rejects.toThrow();
    await eventually(() => expect(watched.ready()).toMatch(/Redis is away/));
    const startedAt = performance.now();
    await expect(watched.get(key)).rejects.toThrow(/Redis is away/);
    expect(performance.now() - startedAt).toBeLessThan(100);
    await eventually(async () => expect(await watched.set(key, 'after')).toBe('OK'), { timeoutMs: 20_000 });
    hung.wake();
    await watched.close();
  }, 60_000);

  it('altogether is away until it is back', async () => {
    const watched = await connectRedis({ url: servers.redisCluster.url, log });
    await servers.redisCluster.stop();
    await eventually(() => expect(watched.ready()).toMatch(/Redis is away/));
    await expect(watched.get('key')).rejects.toThrow(/Redis is away/);
    const late = await connectRedis({ url: servers.redisCluster.url, log });
    expect(late.ready()).toMatch(/Redis is away/);
    await Promise.all(servers.redisCluster.nodes.map((node) => node.start()));
    for (const each of [watched, late]) {
      await eventually(async () => expect(await each.set('key', 'value')).toBe('OK'), { timeoutMs: 30_000 });
      await each.close();
    }
  }, 60_000);
});
