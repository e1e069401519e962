import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createLogger } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { connectRedis, type RedisConnection } from '../src/index.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers({ redis: true });
});
afterAll(() => servers.close());

function silentLog() {
  return createLogger('test', { level: 'silent' });
}

it('fails fast while Redis is away, says so once, and is back by itself', async () => {
  const log = silentLog();
  const warnings = jest.spyOn(log, 'warn');
  const redis = await connectRedis({ url: servers.redis.url, log });
  expect(redis.ready()).toBeNull();

  await servers.redis.stop();
  await eventually(() => expect(redis.ready()).toMatch(/ECONNREFUSED/));
  const startedAt = performance.now();
  await expect(redis.get('key')).rejects.toThrow();
  expect(performance.now() - startedAt).toBeLessThan(400);
  expect(warnings).toHaveBeenCalledTimes(1);

  await servers.redis.start();
  await eventually(async () => expect(await redis.set('key', 'value')).toBe('OK'));
  expect([redis.ready(), warnings.mock.calls.length]).toEqual([null, 1]);
  await redis.close();
});

it('starts without Redis and connects when it comes', async () => {
  await servers.redis.stop();
  const redis = await connectRedis({ url: servers.redis.url, log: silentLog() });
  expect(redis.ready()).toMatch(/Redis is away/);
  await servers.redis.start();
  await eventually(() => expect(redis.ready()).toBeNull());
  await redis.close();
});

it('knows whether the server is still the one it was', async () => {
  const redis = await connectRedis({ url: servers.redis.url, log: silentLog() });
  const runId = async () => /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1] ?? '';
  const before = await runId();
  await eventually(() => expect([redis.isServedBy(before), redis.isServedBy('another')]).toEqual([true, false]));
  await servers.redis.kill();
  await eventually(() => expect(redis.isServedBy(before)).toBeNull());
  await servers.redis.start();
  await eventually(() => expect(redis.isServedBy(before)).toBe(false));
  expect(redis.isServedBy(await runId())).toBe(true);
  await redis.close();
});

it('is not ready with a server that takes connections and answers nothing', async () => {
  const sockets = new Set<Socket>();
  const mute = createServer((socket) => sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = mute.address() as AddressInfo;
  const redis = await connectRedis({ url: `redis://127.0.0.1:${port}`, log: silentLog() });
  expect(redis.ready()).toMatch(/Redis is away/);
  await expect(redis.get('key')).rejects.toThrow();
  await redis.close();
  for (const socket of sockets) socket.destroy();
  mute.close();
});

it('costs half a second, once, when the server hangs; is away from then on, and back by itself', async () => {
  const redis = await connectRedis({ url: servers.redis.url, log: silentLog() });
  servers.redis.hang();
  try {
    const startedAt = performance.now();
    const early = await Promise.allSettled(Array.from({ length: 20 }, () => redis.get('key')));
    expect(early.every(({ status }) => status === 'rejected')).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    await eventually(() => expect(redis.ready()).toBe('Redis is away (no answer within 500 ms)'));
    // Longer than the first attempt to connect anew, which is accepted and not answered.
    const slowest = await slowestOf(redis, 1_500);
    expect(slowest).toBeLessThan(300);
  } finally {
    servers.redis.wake();
  }
  await eventually(async () => expect(await redis.set('key', 'value')).toBe('OK'));
  expect(redis.ready()).toBeNull();
  await redis.close();
});

/** How long the slowest of the commands took that were sent, and refused, one after the other. */
async function slowestOf(redis: RedisConnection, forMs: number): Promise<number> {
  const until = performance.now() + forMs;
  let slowest = 0;
  while (performance.now() < until) {
    const startedAt = performance.now();
    await expect(redis.get('key')).rejects.toThrow();
    slowest = Math.max(slowest, performance.now() - startedAt);
    await nextTurn();
  }
  return slowest;
}

it('waits for an answer that the process was too busy to read', async () => {
  const log = silentLog();
  const warnings = jest.spyOn(log, 'warn');
  const redis = await connectRedis({ url: servers.redis.url, log });
  const answer = redis.echo('here');
  // Sent, and then nothing is read for longer than a server may be silent.
  await nextTurn();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
  expect(await answer).toBe('here');
  expect(warnings).not.toHaveBeenCalled();
  await redis.close();
});

it('lets commands finish before it closes', async () => {
  const redis = await connectRedis({ url: servers.redis.url, log: silentLog() });
  const answer = redis.set('key', 'last');
  await redis.close();
  expect(await answer).toBe('OK');
});
