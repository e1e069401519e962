import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { connectRedis, createDailyTallies, type RedisConnection } from '@shop/redis';
import { createLogger, loadConfig } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { gatewaySettings } from '../src/index.ts';
import { USAGE_KEY } from '../src/usage/usage-recorder.ts';
import { type BookStream, openStream, subscribe } from './library/events.ts';
import { metricOf } from './library/metrics.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let servers: TestServers;
let redis: RedisConnection;
let stream: BookStream;
let library: Library;
beforeAll(async () => {
  servers = await startTestServers({ redis: true, nats: true });
  redis = await connectRedis({ url: servers.redis.url, log: createLogger('test', { level: 'silent' }) });
  stream = await openStream(servers.nats.url);
  await stream.create();
  const nats = { NATS_URL: servers.nats.url };
  library = await startRecording({ USAGE_FLUSH_MS: '100', OPERATION_MAX_COST: '9', ...nats });
});
afterEach(() => redis.flushdb());
afterAll(async () => {
  await library.close();
  await stream.close();
  await redis.close();
  await servers.close();
});

const patience = { timeoutMs: 20_000 };

const startRecording = (settings: Record<string, string>) =>
  startLibrary({ RECORD_USAGE: 'true', REDIS_URL: servers.redis.url, ...settings });

interface Asked {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

async function ask({ gateway }: Library, asked: Asked, headers: Record<string, string> = {}) {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(asked),
  });
  return response.json();
}

const app = (name: string, version: string) => ({
  'apollographql-client-name': name,
  'apollographql-client-version': version,
});

/** What was recorded, whichever day it was. */
async function recorded() {
  const tallies = createDailyTallies({ redis, name: USAGE_KEY, keptDays: 1, maxBytesPerDay: 0 });
  const days = [Date.now(), Date.now() - 86_400_000].map((time) => new Date(time).toISOString().slice(0, 10));
  const found = await Promise.all(days.map((day) => tallies.read(day)));
  return found.flatMap((day) =>
    [...day.values()].map(({ about, marks, counts }) => {
      const { name, hash, coordinates } = JSON.parse(about) as { name: string; hash: string; coordinates: string[] };
      return { name, hash, coordinates: [...coordinates, ...marks].sort(), counts: Object.fromEntries(counts) };
    }),
  );
}

const requests = async () =>
  (await recorded()).flatMap(({ counts }) => Object.values(counts)).reduce((sum, each) => sum + each, 0);

it('records what each client uses of the schema, by operation', async () => {
  const query = 'query A($id: ID!) { book(id: $id) { title } } query B { book(id: "b1") { title rating } }';
  const one = { query, operationName: 'A', variables: { id: 'b1' } };
  for (const version of ['1.0', '1.0', '1.1']) await ask(library, one, app('web', version));
  await ask(library, { query, operationName: 'B' });
  // A Redis that answers late may have been told twice.
  await eventually(async () => expect(await requests()).toBeGreaterThanOrEqual(4), patience);
  const all = await recorded();
  const hash = createHash('sha256').update(query).digest('hex');
  expect(all).toContainEqual({
    name: 'A',
    hash,
    coordinates: ['Book.title', 'Query.book', 'Query.book(id:)'],
    counts: { 'web\n1.0': expect.any(Number), 'web\n1.1': expect.any(Number) },
  });
  expect(all).toContainEqual({
    name: 'B',
    hash,
    coordinates: ['Book.rating', 'Book.title', 'Query.book', 'Query.book(id:)'],
    counts: { '\n': expect.any(Number) },
  });
  expect(await metricOf(library.gateway, /^gateway_usage_requests_total\{.*recorded="apart"/)).toBeGreaterThanOrEqual(
    4,
  );
});

it('records nothing of what was not executed', async () => {
  for (const refused of ['{ book(id: "b1") { nothing } }', '{ book(id: ', '{ books(first: 1) { title } }']) {
    expect(await ask(library, { query: refused })).toHaveProperty('errors');
  }
  const query = 'query ($id: ID!) { book(id: $id) { rating } }';
  expect(await ask(library, { query, variables: { id: {} } })).toHaveProperty('errors');
  await ask(library, { query: '{ book(id: "b1") { title } }' });
  await eventually(async () => expect(await recorded()).toHaveLength(1), patience);
  expect((await recorded())[0]?.coordinates).toEqual(['Book.title', 'Query.book', 'Query.book(id:)']);
});

it('records subscriptions, and what else is asked over a socket', async () => {
  const asked = [
    ['subscription { bookReturned(bookId: "b1") { returnedAt } }', app('app', '7')],
    ['{ book(id: "b1") { title } }', { headers: app('admin', '') }],
    ['subscription { bookReturned(bookId: "b1") { nothing } }', app('app', '8')],
    // Half a character, which nothing but JSON can bring, and which Redis' reader of JSON takes for an error.
    ['{ book(id: "b1") { rating } }', app('half \ud83d', '9')],
  ] as const;
  const subscribers = asked.map(([query, params]) => subscribe(library.gateway.url, query, { params }));
  await eventually(async () => expect(await recorded()).toHaveLength(3), patience);
  for (const { client } of subscribers) await client.dispose();
  const all = (await recorded()).map(({ coordinates, counts }) => [coordinates, counts]);
  expect(all).toContainEqual([
    ['BookReturned.returnedAt', 'Subscription.bookReturned', 'Subscription.bookReturned(bookId:)'],
    { 'app\n7': expect.any(Number) },
  ]);
  expect(all).toContainEqual([['Book.title', 'Query.book', 'Query.book(id:)'], { 'admin\n': expect.any(Number) }]);
  expect(all).toContainEqual([
    ['Book.rating', 'Query.book', 'Query.book(id:)'],
    { 'half \ufffd\n9': expect.any(Number) },
  ]);
});

it('keeps its counts while Redis is away', async () => {
  const query = '{ book(id: "b1") { title } }';
  await servers.redis.stop();
  try {
    for (let i = 0; i < 10; i += 1)
      expect(await ask(library, { query })).toEqual({ data: { book: { title: 'Emma' } } });
    await eventually(async () => expect(await metricOf(library.gateway, /^gateway_usage_waiting/)).toBe(10), patience);
  } finally {
    await servers.redis.start();
  }
  await eventually(async () => expect(await requests()).toBeGreaterThanOrEqual(10), patience);
});

it('sends the rest before it ends; no flood of operations or clients fills Redis, or hides that a field is used', async () => {
  const flooded = await startRecording({ USAGE_FLUSH_MS: '600000', USAGE_MAX_BYTES: '3000' });
  try {
    const first = { query: '{ books(first: 1) { title } }' };
    await ask(flooded, first, app('web', '1'));
    for (let i = 0; i < 30; i += 1) await ask(flooded, { query: `{ a${i}: book(id: "b1") { title } }` });
    for (let i = 0; i < 30; i += 1) {
      const name = `${'x'.repeat(1_000)}${i}`;
      await ask(flooded, { query: '{ book(id: "b1") { rating } }' }, app(name, String(i)));
    }
    await ask(flooded, first, app('web', '1'));
    expect(await requests()).toBe(0);
  } finally {
    await flooded.close();
  }
  expect(await requests()).toBe(62);
  const all = await recorded();
  expect(all.length).toBeLessThan(12);
  expect(all).toContainEqual(expect.objectContaining({ counts: { 'web\n1': 2 } }));
  const together = all.find(({ hash }) => hash === null);
  expect(together?.coordinates).toEqual(expect.arrayContaining(['Book.rating', 'Query.book(id:)']));
  expect(Object.keys(together?.counts ?? {})).toEqual(['\n']);
  expect(JSON.stringify(all).length).toBeLessThan(6_000);
});

it('needs Redis, and says so', () => {
  const load = () => loadConfig(gatewaySettings, { SUPERGRAPH_PATH: 'a', RECORD_USAGE: 'true' });
  expect(load).toThrow('REDIS_URL is missing: RECORD_USAGE keeps there what clients ask for');
});
