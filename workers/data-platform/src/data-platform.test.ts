import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createLogger, createMetrics } from '@shop/service-kit';
import { createDataPlatform, type DataPlatform } from './data-platform.ts';
import { EventRefused, PlatformAway, PlatformBusy } from './platform.errors.ts';

/** What the outside world answers, request by request; the last answer is repeated. */
let answers: { status: number; retryAfter?: string }[];
let requests: IncomingMessage[];
let server: Server;
let platform: DataPlatform;

const event = {
  specversion: '1.0' as const,
  id: newId(),
  source: '/order',
  type: 'order.completed',
  subject: newId(),
  time: new Date().toISOString(),
  data: {},
};

beforeEach(async () => {
  answers = [{ status: 202 }];
  requests = [];
  server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    if (answer?.retryAfter !== undefined) response.setHeader('retry-after', answer.retryAfter);
    if (answer?.status !== 0) response.writeHead(answer?.status ?? 500).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  platform = aPlatform();
});

/** Waits long for answers, and longer before it tries again: what is counted here does not depend on the machine. */
function aPlatform({ timeoutMs = 20_000 } = {}): DataPlatform {
  return createDataPlatform({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
    timeoutMs,
    concurrency: 4,
    breakMs: { first: 60_000, longest: 60_000 },
    log: createLogger('test', { level: 'silent' }),
    metrics: createMetrics('test'),
  });
}

afterEach(async () => {
  await platform.close();
  server.closeAllConnections();
  server.close();
});

it('posts under the given path with the id of the event as its key', async () => {
  await platform.deliver(event);
  expect(requests.map(({ method, url, headers }) => [method, url, headers['idempotency-key']])).toEqual([
    ['POST', '/v1/events', event.id],
  ]);
});

it('gets over a blip at once', async () => {
  answers = [{ status: 500 }, { status: 503 }, { status: 202 }];
  await platform.deliver(event);
  expect([requests.length, platform.pausedForMs(), platform.ready()]).toEqual([3, 0, null]);
});

it.each([400, 413, 422])('does not repeat what is refused with %s', async (status) => {
  answers = [{ status }];
  await expect(platform.deliver(event)).rejects.toThrow(EventRefused);
  expect([requests.length, platform.pausedForMs()]).toEqual([1, 0]);
});

it.each([301, 401, 403, 404])('takes %s, which every event would meet, for an outage', async (status) => {
  answers = [{ status }];
  await expect(platform.deliver(event)).rejects.toThrow(PlatformAway);
});

it('gives up waiting for an answer', async () => {
  answers = [{ status: 0 }];
  await platform.close();
  platform = aPlatform({ timeoutMs: 100 });
  await expect(platform.deliver(event)).rejects.toThrow('no answer in time');
});

it('asks nothing more once it is clear that nobody is there', async () => {
  answers = [{ status: 500 }];
  await expect(platform.deliver(event)).rejects.toThrow(PlatformAway);
  await expect(platform.deliver(event)).rejects.toThrow(PlatformAway);
  const asked = requests.length;
  await expect(platform.deliver(event)).rejects.toThrow('circuit breaker is open');
  expect([asked, requests.length]).toEqual([5, 5]);
  expect(platform.pausedForMs()).toBeGreaterThan(0);
  expect(platform.ready()).toMatch(/circuit breaker/);
});

it('lets nobody go on who waited for a place while that became clear', async () => {
  answers = [{ status: 500 }];
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => platform.deliver(event)));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(40);
  // Five break the circuit; three more may have been under way.
  expect(requests.length).toBeLessThanOrEqual(8);
});

it.each([429, 503])('leaves it alone for as long as it says with %s', async (status) => {
  answers = [{ status, retryAfter: '70' }];
  await expect(platform.deliver(event)).rejects.toThrow(status === 429 ? PlatformBusy : PlatformAway);
  expect(requests).toHaveLength(1);
  expect(platform.pausedForMs()).toBeGreaterThan(30_000);
});
