import { createHash } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { Client as UrqlClient } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { BOOKS_SDL } from './library/books.ts';
import { composeLibrary } from './library/compose-library.ts';
import { type BookStream, openStream, type Subscriber, subscribe } from './library/events.ts';
import { metricOf } from './library/metrics.ts';
import {
  type FollowRequest,
  followOverSse,
  followOverWebSocket,
  resumingExchange,
  resumingLink,
  type Told,
} from './library/recipes.ts';
import { REVIEWS_SDL } from './library/reviews.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let servers: TestServers;
let tokens: TestTokens;
let stream: BookStream;
let library: Library;
const subscribers: Subscriber[] = [];
/** What ends whatever a test has begun, also where it fails. */
const leaving: (() => unknown)[] = [];
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
  for (const leave of leaving.splice(0)) await leave();
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

it('a subscription that a new supergraph answers in the same way goes on with it, and misses nothing meanwhile', async () => {
  await switchTo(unchanged());
  const all = [await joined(RETURNED, { variables }), await joined(RETURNED, { variables })];
  const keptBefore = await keptSoFar();
  let last = 0;
  let isDone = false;
  const publishing = (async () => {
    for (; !isDone; await pause(20)) await returned(`${++last}`);
  })();
  leaving.push(() => {
    isDone = true;
    return publishing;
  });
  const moved = await startLibrary();
  leaving.push(moved.close);
  for (const reviews of [moved.reviews, library.reviews]) {
    await switchTo(composeLibrary({ books: library.books.url, reviews: reviews.url }));
    const before = reviews.requests.length;
    await eventually(() => expect(reviews.requests.length).toBeGreaterThan(before), patience);
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
}, 150_000);

describe('a new supergraph', () => {
  /** Of each of these, somebody is told something. */
  const OTHER_LIBRARY = () =>
    libraryWith(
      (sdl) =>
        sdl
          .replace('{ text: $text }', '{ text: $words }')
          .replace('{ book: { id: $bookId }, until: $until }', '{ until: $until, book: { id: $bookId } }')
          .replace(', title: String! }', ' }'),
      (sdl) =>
        sdl
          .replace('"@key"', '"@key", "@authenticated"')
          .replace('rating: Int, stars: Int!', 'rating: Int @authenticated, title: String!'),
    );

  /** Back and forth: either way anonymous clients see other ratings, and loans are told otherwise. */
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
    const asked = library.books.requests.length;
    const subscriber = await joined(RETURNED, { variables });
    await eventually(() => expect(library.books.requests.length).toBeGreaterThan(asked), patience);
    await switchLibraries();
    goOn();
    const cursor = await cursorAtEnd(subscriber);
    // The state was told or was not: it is known which.
    expect(cursor).toBe(cursorOf(subscriber));
  });

  it('ends nothing for clients that follow docs/subscriptions.md, nor for an EventSource', async () => {
    library.shelf.returnedAt.set('b1', 'sunday');
    const request = { query: 'subscription ($id: ID!) { loanChanged(bookId: $id) { until } }', variables };
    const problems: unknown[] = [];
    const followers = followersOf(library.gateway.url, request, (problem) => problems.push(problem));
    const search = new URLSearchParams({ query: request.query, variables: JSON.stringify(variables) });
    const source = await fetch(`${library.gateway.url}?${search}`, { headers: { accept: 'text/event-stream' } });
    const heard = source.text();
    await eventually(async () => expect(await openNow()).toBe(5), patience);
    const deliveries = () => metric(/^gateway_subscription_deliveries_total\{.*loanChanged/);
    await eventually(async () => expect(await deliveries()).toBe(5), patience);
    const lend = (until: string) => stream.publish('book.lent.b1', { bookId: 'b1', until });
    await lend('monday');
    await eventually(async () => expect(await deliveries()).toBe(10), patience);
    await switchLibraries();
    expect(await heard).toMatch(
      /id: (\S+)\nevent: next\ndata: .*monday.*\n\nid: \1\nevent: next\ndata: .*SUBSCRIPTION_SCHEMA_RELOAD.*\n\nretry: \d+\n\n$/,
    );
    await lend('tuesday');
    const told = ['2030-01-01', 'monday', 'tuesday'];
    for (const [name, follower] of Object.entries(followers)) {
      await eventually(() => expect([name, ...follower]).toEqual([name, ...told]), patience);
    }
    expect(problems).toEqual([]);
  }, 60_000);
});

/** Clients of each kind, used as in the docs, with what they were told. */
function followersOf(url: string, request: FollowRequest, failed: (problem: unknown) => void) {
  const follower = (follow: (tell: (told: Told) => void) => () => void) => {
    const told: unknown[] = [];
    leaving.push(follow(({ data }) => told.push((data?.loanChanged as { until: string } | undefined)?.until)));
    return told;
  };
  const { query, variables } = request;
  const socketClient = () => createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket });
  return {
    'graphql-ws': follower((tell) => followOverWebSocket(socketClient(), request, tell, failed)),
    'Apollo Client': follower((next) => {
      const link = ApolloLink.from([resumingLink, new GraphQLWsLink(socketClient())]);
      const apollo = new ApolloClient({ link, cache: new InMemoryCache() });
      const subscribed = apollo.subscribe<Record<string, unknown>>({ query: gql(query), variables });
      const subscription = subscribed.subscribe({ next, error: failed });
      return () => subscription.unsubscribe();
    }),
    urql: follower((tell) => {
      const urql = new UrqlClient({ url, exchanges: [resumingExchange(socketClient())] });
      const results = urql.subscription(query, { ...variables });
      return results.subscribe((result) => (result.error ? failed(result.error) : tell(result))).unsubscribe;
    }),
    'graphql-sse': follower((tell) => {
      const connect = (headers: () => Record<string, string>) =>
        createSseClient({ url, headers, retryAttempts: Number.POSITIVE_INFINITY, retry: async () => {} });
      return followOverSse(connect, request)(tell, failed);
    }),
  };
}
