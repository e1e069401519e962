import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createLogger, createMetrics } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { connectRedis, createTokenBucket, type RedisConnection, type TokenBucket } from '../src/index.ts';

const metrics = createMetrics('test');
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

/** One process's view of a bucket of five tokens; a token comes back every 100 ms. */
function aBucket(): TokenBucket {
  return createTokenBucket({ name: 'test', redis, perSecond: 10, burst: 5, metrics });
}

async function takeAtOnce(buckets: TokenBucket[], scope: string, times: number) {
  const answers = await Promise.all(Array.from({ length: times }, (_, i) => buckets[i % buckets.length]?.take(scope)));
  return { allowed: answers.filter((answer) => answer?.allowed).length, refused: answers.filter((a) => !a?.allowed) };
}

it('gives a burst, then says when there will be more', async () => {
  const scope = newId();
  const { allowed, refused } = await takeAtOnce([aBucket()], scope, 8);
  expect([allowed, refused.length]).toEqual([5, 3]);
  for (const answer of refused) {
    expect(answer).toMatchObject({ allowed: false, retryAfterMs: expect.any(Number) });
    if (answer?.allowed === false) expect(answer.retryAfterMs).toBeLessThanOrEqual(100);
  }
  await eventually(async () => expect(await aBucket().take(scope)).toEqual({ allowed: true }));
});

it('is one bucket for all processes, and one for each scope', async () => {
  const [here, there] = [aBucket(), aBucket()];
  const scope = newId();
  expect((await takeAtOnce([here, there], scope, 10)).allowed).toBe(5);
  expect(await here.take(newId())).toEqual({ allowed: true });
});

it('gives several at once, or none', async () => {
  const scope = newId();
  const bucket = aBucket();
  expect(await bucket.take(scope, 4)).toEqual({ allowed: true });
  expect(await bucket.take(scope, 4)).toMatchObject({ allowed: false, retryAfterMs: expect.any(Number) });
  expect(await bucket.take(scope)).toEqual({ allowed: true });
});

it('counts in the process where there is no Redis', async () => {
  const bucket = createTokenBucket({
    name: 'test',
    redis: null,
    perSecond: 10,
    burst: 5,
    metrics: createMetrics('alone'),
  });
  const scope = newId();
  expect(await bucket.take(scope, 4)).toEqual({ allowed: true });
  expect(await bucket.take(scope, 4)).toMatchObject({ allowed: false, retryAfterMs: expect.any(Number) });
  expect((await takeAtOnce([bucket], newId(), 8)).allowed).toBe(5);
});

it.each([
  ['Redis', () => redis],
  ['the process', () => null],
])('counted in %s, has what was given back, and never more than a burst', async (_, counter) => {
  // So slow that nothing else comes back during the test.
  const slow = { name: 'test', redis: counter(), perSecond: 0.001, burst: 5, metrics: createMetrics('slow') };
  const [bucket, scope] = [createTokenBucket(slow), newId()];
  const reserved = await bucket.reserve(scope, 3);
  expect((await takeAtOnce([bucket], scope, 4)).allowed).toBe(2);
  reserved.giveBack();
  expect((await takeAtOnce([bucket], scope, 4)).allowed).toBe(3);
  // Who got nothing has nothing to give back.
  const refused = await bucket.reserve(scope);
  refused.giveBack();
  expect(refused.claim()).toMatchObject({ allowed: false });
  expect((await takeAtOnce([bucket], scope, 1)).allowed).toBe(0);
});

it('does not grow over a burst by what is given back to a bucket that Redis has lost', async () => {
  const scope = newId();
  const reserved = await aBucket().reserve(scope);
  await redis.del(`rate:{${scope}}`);
  reserved.giveBack();
  expect(await redis.hget(`rate:{${scope}}`, 'tokens')).toBe('5');
});

it('fills although the clock of Redis went back', async () => {
  const scope = newId();
  expect((await takeAtOnce([aBucket()], scope, 5)).allowed).toBe(5);
  await redis.hset(`rate:{${scope}}`, { tokens: 0, at: String((Date.now() + 3_600_000) * 1_000) });
  // By the same clock its time is not up either.
  await redis.persist(`rate:{${scope}}`);
  await eventually(async () => expect(await aBucket().take(scope)).toEqual({ allowed: true }));
});

it('leaves nothing behind in Redis', async () => {
  const scope = newId();
  await aBucket().take(scope);
  const ttl = await redis.pttl(`rate:{${scope}}`);
  expect(ttl).toBeGreaterThan(0);
  expect(ttl).toBeLessThanOrEqual(1_000);
});

it('counts in the process while Redis is away, and tells so', async () => {
  const bucket = aBucket();
  await servers.redis.stop();
  expect((await takeAtOnce([bucket], newId(), 8)).allowed).toBe(5);
  expect(await metrics.registry.metrics()).toMatch(
    /shop_rate_limit_total\{.*outcome="allowed",counted="process".*\} 5/,
  );
  await servers.redis.start();
  await eventually(() => expect(redis.ready()).toBeNull());
});
