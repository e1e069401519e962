import { createHash } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { BOOKS_SDL } from './library/books.ts';
import { composeLibrary } from './library/compose-library.ts';
import { type BookStream, openStream, type Subscriber, subscribe } from './library/events.ts';
import { metricOf } from './library/metrics.ts';
import { REVIEWS_SDL } from './library/reviews.ts';
import { type Library, startLibrary } from './library/start-library.ts';
import { edition } from './library/supergraph-server.ts';

let servers: TestServers;
let tokens: TestTokens;
let stream: BookStream;
let library: Library;
const subscribers: Subscriber[] = [];
let served = '';

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  tokens = await testTokens();
  stream = await openStream(servers.nats.url);
  await stream.create();
  // A subgraph is to be waited for as long as a supergraph takes.
  const timeouts = { SUBGRAPH_TIMEOUT_MS: '60000', OPERATION_TIMEOUT_MS: '60000' };
  library = await startLibrary({ NATS_URL: servers.nats.url, JWKS_URL: tokens.jwksUrl, ...timeouts });
});
beforeEach(async () => {
  await eventually(async () => expect((await fetch(at('/readyz'))).status).toBe(200), patience);
});
afterEach(async () => {
  for (const subscriber of subscribers.splice(0)) await subscriber.client.dispose();
  await eventually(async () => expect(await openNow()).toBe(0), patience);
  library.shelf.returnedAt.clear();
  library.books.misbehave = null;
});
afterAll(async () => {
  await library.close();
  await stream.close();
  await tokens.close();
  await servers.close();
});

const patience = { timeoutMs: 30_000 };
const of = (fields: string) => `subscription ($id: ID) { bookReturned(bookId: $id) { ${fields} } }`;
const RETURNED = of('returnedAt book { id rating }');
const NOTICE = 'subscription { noticeForMe { text } }';
const variables = { id: 'b1' };
const at = (path: string) => library.gateway.url.replace('/graphql', path);

const metric = (pattern: RegExp) => metricOf(library.gateway, pattern);
const openNow = () => metric(/^gateway_subscriptions_open\{/);
const keptSoFar = () => metric(/^gateway_subscriptions_kept_total\{/);

function join(query: string, options: Parameters<typeof subscribe>[2] = {}): Subscriber {
  const subscriber = subscribe(library.gateway.url, query, options);
  subscribers.push(subscriber);
  return subscriber;
}

async function joined(query: string, options: Parameters<typeof subscribe>[2] = {}): Promise<Subscriber> {
  const before = await openNow();
  const subscriber = join(query, options);
  await eventually(async () => expect(await openNow()).toBe(before + 1), patience);
  return subscriber;
}

const returned = (day: string) => stream.publish('book.returned.b1', { bookId: 'b1', returnedAt: day });
const cursorOf = ({ results }: Subscriber) => (results.at(-1)?.extensions as { cursor?: string } | undefined)?.cursor;
const daysOf = ({ results }: Subscriber) =>
  results.map(({ data }) => (data?.bookReturned as { returnedAt: string } | undefined)?.returnedAt);

type Change = (sdl: string) => string;
const same: Change = (sdl) => sdl;

function libraryWith(books: Change, reviews: Change = same): string {
  const sdl = { books: books(BOOKS_SDL), reviews: reviews(REVIEWS_SDL) };
  return composeLibrary({ books: library.books.url, reviews: library.reviews.url }, sdl);
}
const unchanged = () => libraryWith(same);

/** Resolves when it is served. */
async function switchTo(sdl: string): Promise<void> {
  served = sdl;
  const id = createHash('sha256').update(sdl).digest('hex').slice(0, 16);
  await writeFile(`${library.supergraphPath}.new`, sdl);
  await rename(`${library.supergraphPath}.new`, library.supergraphPath);
  const isServed = new RegExp(`^gateway_supergraph_info\\{.*supergraph="${id}"`);
  await eventually(async () => expect(await metric(isServed)).toBe(1), patience);
}

const ended = { extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD', retryAfterMs: expect.any(Number) } };

async function cursorAtEnd({ errors }: Subscriber): Promise<unknown> {
  await eventually(() => expect(errors).toMatchObject([[ended]]), patience);
  const [[{ extensions }]] = errors as [[{ extensions: { cursor?: string } }]];
  return extensions.cursor;
}

describe('a subscription that a new supergraph answers in the same way', () => {
  it('goes on, and misses nothing of what happens meanwhile', async () => {
    await switchTo(unchanged());
    const all = [await joined(RETURNED, { variables }), await joined(RETURNED, { variables })];
    const keptBefore = await keptSoFar();
    let last = 0;
    let isDone = false;
    const publishing = (async () => {
      for (; !isDone; await pause(20)) await returned(`${++last}`);
    })();
    for (const name of ['one', 'two']) {
      await switchTo(edition(unchanged(), name));
      await eventually(async () => expect(await metric(/^gateway_supergraphs_draining/)).toBe(0), patience);
    }
    await eventually(async () => expect(await keptSoFar()).toBe(keptBefore + 4), patience);
    isDone = true;
    await publishing;
    await returned('the end');
    const days = [...Array.from({ length: last }, (_, i) => `${i + 1}`), 'the end'];
    for (const each of all) {
      await eventually(() => expect(daysOf(each).at(-1)).toBe('the end'), patience);
      expect(daysOf(each)).toEqual(days);
      expect([...each.errors, ...each.closed]).toEqual([]);
    }
  }, 90_000);

  it('is answered with the new one from then on', async () => {
    await switchTo(unchanged());
    const keptBefore = await keptSoFar();
    const subscriber = await joined(RETURNED, { variables });
    const moved = await startLibrary();
    await switchTo(composeLibrary({ books: library.books.url, reviews: moved.reviews.url }));
    await eventually(async () => expect(await keptSoFar()).toBe(keptBefore + 1), patience);
    await returned('monday');
    await eventually(() => expect(daysOf(subscriber)).toEqual(['monday']), patience);
    expect(moved.reviews.requests).toHaveLength(1);
    await moved.close();
  }, 60_000);
});

describe('a new supergraph', () => {
  /** Of each of these, somebody is told something. */
  const OTHER_LIBRARY = () =>
    libraryWith(
      (sdl) => sdl.replace('{ text: $text }', '{ text: $words }').replace(', title: String! }', ' }'),
      (sdl) =>
        sdl
          .replace('"@key"', '"@key", "@authenticated"')
          .replace('rating: Int, stars: Int!', 'rating: Int @authenticated, title: String!'),
    );

  /** Back and forth: either way titles come from elsewhere. */
  const switchLibraries = () => switchTo(served === OTHER_LIBRARY() ? unchanged() : OTHER_LIBRARY());

  it('ends with SUBSCRIPTION_SCHEMA_RELOAD what is not told as before, and only that', async () => {
    await switchTo(unchanged());
    const params = { authorization: `Bearer ${await tokens.mint({ userId: 'u1' })}` };
    const [notice, invalid, waiting, elsewhere, stranger, reader, plain] = [
      join(NOTICE, { params }),
      join(of('book { stars }'), { variables }),
      join(of('book { stars }'), { variables: { id: 'b2' } }),
      join(of('returnedAt book { title }'), { variables }),
      join(RETURNED, { variables }),
      join(RETURNED, { variables, params }),
      join(of('returnedAt'), { variables }),
    ] as const;
    await eventually(async () => expect(await openNow()).toBe(7), patience);
    const endedBefore = await metric(/^gateway_subscriptions_ended_total\{.*SUBSCRIPTION_SCHEMA_RELOAD/);
    await returned('monday');
    await eventually(() => expect(daysOf(elsewhere)).toEqual(['monday']), patience);
    await eventually(() => expect(invalid.results).toHaveLength(1), patience);

    await switchTo(OTHER_LIBRARY());
    expect(await cursorAtEnd(elsewhere)).toBe(cursorOf(elsewhere));
    expect(await cursorAtEnd(invalid)).toBe(cursorOf(invalid));
    expect(await cursorAtEnd(stranger)).toEqual(expect.any(String));
    // It is yet to be told the state there is.
    expect(await cursorAtEnd(waiting)).toBeUndefined();
    // It has been told nothing, and misses nothing all the same.
    const cursor = await cursorAtEnd(notice);
    await stream.publish('book.notice.u1', { words: 'in other words' });
    const back = await joined(NOTICE, { params, cursor });
    const told = [{ data: { noticeForMe: { text: 'in other words' } } }];
    await eventually(() => expect(back.results).toMatchObject(told), patience);

    await returned('tuesday');
    for (const each of [reader, plain]) {
      await eventually(() => expect(daysOf(each)).toEqual(['monday', 'tuesday']), patience);
    }
    expect(await metric(/^gateway_subscriptions_ended_total\{.*SUBSCRIPTION_SCHEMA_RELOAD/)).toBe(endedBefore + 5);
  }, 60_000);

  it('that comes while a subscription begins ends it too', async () => {
    let goOn = () => {};
    const waiting = new Promise<true>((resolve) => {
      goOn = () => resolve(true);
    });
    library.shelf.returnedAt.set('b1', 'sunday');
    library.books.misbehave = () => waiting;
    const subscriber = await joined(of('book { title }'), { variables });
    await switchLibraries();
    goOn();
    const cursor = await cursorAtEnd(subscriber);
    // The state was told or was not: it is known which.
    expect(cursor).toBe(cursorOf(subscriber));
  });

  it('leaves it to clients of server-sent events to come back by themselves', async () => {
    const search = new URLSearchParams({ query: of('returnedAt book { title }'), variables: '{"id":"b1"}' });
    const answer = await fetch(`${library.gateway.url}?${search}`, { headers: { accept: 'text/event-stream' } });
    const text = answer.text();
    await eventually(async () => expect(await openNow()).toBe(1), patience);
    expect(await metric(/^gateway_event_streams_open/)).toBe(1);
    const deliveries = () => metric(/^gateway_subscription_deliveries_total/);
    const before = await deliveries();
    await returned('monday');
    await eventually(async () => expect(await deliveries()).toBe(before + 1), patience);
    await switchLibraries();
    expect(await text).toMatch(
      /id: (\S+)\nevent: next\ndata: .*monday.*\n\nid: \1\nevent: next\ndata: .*SUBSCRIPTION_SCHEMA_RELOAD.*\n\nretry: \d+\n\n$/,
    );
    await eventually(async () => expect(await metric(/^gateway_event_streams_open/)).toBe(0), patience);
  });
});
