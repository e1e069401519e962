import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { openBareSocket } from './library/bare-socket.ts';
import { type BookStream, openStream, type Subscriber, subscribe } from './library/events.ts';
import { openSubscriptions } from './library/metrics.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let servers: TestServers;
let tokens: TestTokens;
let stream: BookStream;
let library: Library;
const subscribers: Subscriber[] = [];

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  tokens = await testTokens();
  stream = await openStream(servers.nats.url);
  await stream.create();
  const limits = { SOCKET_OPERATIONS_MAX: '3', SUBSCRIPTIONS_PER_VIEWER: '4', SOCKETS_MAX: '10' };
  library = await startLibrary({ NATS_URL: servers.nats.url, JWKS_URL: tokens.jwksUrl, ...limits });
});
beforeEach(async () => {
  await eventually(async () => expect((await fetch(at('/readyz'))).status).toBe(200));
  library.reviews.requests.length = 0;
});
afterEach(async () => {
  for (const subscriber of subscribers.splice(0)) await subscriber.client.dispose();
  await openNow(0);
});
afterAll(async () => {
  await library.close();
  await stream.close();
  await tokens.close();
  await servers.close();
});

const RATED = 'subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt book { id rating } } }';
const PLAIN = 'subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt } }';
const NOTICE = 'subscription { noticeForMe { text } }';
const at = (path: string) => library.gateway.url.replace('/graphql', path);

const openNow = (count: number) => eventually(async () => expect(await openSubscriptions(library.gateway)).toBe(count));

function join(query: string, options: Parameters<typeof subscribe>[2] = {}): Subscriber {
  const subscriber = subscribe(library.gateway.url, query, options);
  subscribers.push(subscriber);
  return subscriber;
}

const paramsOf = async (userId: string, expiresInSeconds = 3_600) => ({
  authorization: `Bearer ${await tokens.mint({ userId, expiresInSeconds })}`,
});

const aSocket = (params: object) => openBareSocket(library.gateway, params);

describe('a crowd', () => {
  it('that asks the same of a public field is answered once', async () => {
    const all = Array.from({ length: 5 }, () => join(RATED, { variables: { id: 'b1' } }));
    await openNow(5);
    await stream.publish('book.returned.b1', { bookId: 'b1', returnedAt: 'monday' });
    for (const { results } of all) {
      await eventually(() => expect(results).toMatchObject([{ data: { bookReturned: { book: { rating: 5 } } } }]));
    }
    expect(library.reviews.requests).toHaveLength(1);
    expect(library.reviews.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('of different users is answered one by one, and the devices of one user together', async () => {
    library.shelf.returnedAt.set('b1', 'sunday');
    const loan = 'subscription { loanChanged(bookId: "b1") { until book { rating } } }';
    const [mine, theirs] = [await paramsOf('u1'), await paramsOf('u2')];
    const all = [mine, mine, theirs].map((params) => join(loan, { params }));
    for (const { results } of all) await eventually(() => expect(results).toHaveLength(1));
    library.reviews.requests.length = 0;
    await stream.publish('book.lent.b1', { bookId: 'b1', until: 'monday' });
    for (const { results } of all) await eventually(() => expect(results).toHaveLength(2));
    const asked = library.reviews.requests.map(({ headers }) => headers.authorization);
    expect(asked.sort()).toEqual([mine.authorization, theirs.authorization].sort());
    library.shelf.returnedAt.clear();
  });
});

describe('a token', () => {
  it('that expires ends the connection with 4403', async () => {
    const { closed } = await aSocket(await paramsOf('u1', 1));
    await eventually(() => expect(closed).toEqual([4403]));
  });

  it.each([
    ['of somebody else', () => paramsOf('u2')],
    ['that is none', async () => ({ authorization: 'Bearer nonsense' })],
  ])('%s ends the connection that it comes to', async (_what, params) => {
    const { closed, ping } = await aSocket(await paramsOf('u1'));
    ping(await params());
    await eventually(() => expect(closed).toEqual([4403]));
  });
});

describe('nobody hears what is for somebody else', () => {
  it('by a token that is not ours, or has expired', async () => {
    const forger = await testTokens();
    const forged = { authorization: `Bearer ${await forger.mint({ userId: 'u1' })}` };
    await forger.close();
    for (const params of [forged, await paramsOf('u1', -60)]) {
      const { said, closed } = await aSocket(params);
      await eventually(() => expect(closed).toEqual([4403]));
      expect(said).toEqual([]);
    }
  });

  it('by saying to be somebody', async () => {
    const claims = { viewer: { id: 'u1' }, viewerId: 'u1', 'x-viewer-id': 'u1', sub: 'u1' };
    const anonymous = await aSocket(claims);
    anonymous.subscribe('1', { query: NOTICE, extensions: claims });
    await eventually(() => expect(anonymous.said.at(-1)).toContain('UNAUTHENTICATED'));
    const other = await aSocket({ ...claims, ...(await paramsOf('u2')) });
    other.subscribe('1', { query: NOTICE, extensions: claims });
    await openNow(1);
    await stream.publish('book.notice.u1', { text: 'for u1' });
    await stream.publish('book.notice.u2', { text: 'for u2' });
    await eventually(() => expect(other.said).toHaveLength(2));
    expect(other.said[1]).toContain('for u2');
    for (const { socket } of [anonymous, other]) socket.close();
  });
});

it('a text may be sent once, and from then on its hash', async () => {
  const { socket, said, subscribe } = await aSocket({});
  const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(PLAIN).digest('hex') } };
  subscribe('1', { extensions });
  await eventually(() => expect(said.at(-1)).toContain('PERSISTED_QUERY_NOT_FOUND'));
  subscribe('2', { query: PLAIN, extensions });
  await openNow(1);
  subscribe('3', { extensions, variables: { id: 'b1' } });
  await openNow(2);
  subscribe('4', {});
  await eventually(() => expect(said.at(-1)).toContain('BAD_USER_INPUT'));
  socket.close();
});

describe('too much', () => {
  it('on one connection is refused', async () => {
    const { socket, said, subscribe } = await aSocket({});
    for (const id of ['1', '2', '3', '4']) subscribe(id, { query: PLAIN });
    await eventually(() => expect(said.at(-1)).toContain('RATE_LIMITED'));
    await openNow(3);
    socket.close();
  });

  it('of one viewer is refused', async () => {
    const params = await paramsOf('u1');
    for (let count = 1; count <= 4; count += 1) join(NOTICE, { params });
    await openNow(4);
    const fifth = join(NOTICE, { params });
    await eventually(() => expect(fifth.errors).toMatchObject([[{ extensions: { code: 'RATE_LIMITED' } }]]));
  });

  it('of all is refused', async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => aSocket({})));
    await expect(aSocket({ isTooMuch: true }).catch((error: Error) => error.message)).resolves.toContain('503');
    for (const { socket } of sockets) socket.close();
  });

  it('for a slow reader ends its connection; nobody else waits, and with its cursor it misses nothing', async () => {
    const quick = join(PLAIN, { variables: { id: 'thick' } });
    const { socket, said, closed, subscribe } = await aSocket({});
    subscribe('1', { query: PLAIN, variables: { id: 'thick' } });
    await openNow(2);
    const count = 2_500;
    const publish = (i: number) => stream.publish('book.returned.thick', { bookId: 'thick', returnedAt: dayOf(i) });
    const dayOf = (i: number) => `${i} ${'.'.repeat(10_000)}`;
    await publish(0);
    await eventually(() => expect(said).toHaveLength(2));
    socket.pause();
    for (let i = 1; i < count; i += 1) await publish(i);
    await eventually(() => expect(quick.results).toHaveLength(count), { timeoutMs: 20_000 });
    await openNow(1);
    socket.resume();
    // Whoever takes longer than two seconds to hear why is not waited for.
    await eventually(() => expect([1013, 1006]).toContain(closed[0]));
    const had = said.slice(1).map((text) => JSON.parse(text).payload);
    expect(had.length).toBeLessThan(count);
    const { cursor } = had.at(-1).extensions;
    const back = join(PLAIN, { variables: { id: 'thick' }, cursor });
    await eventually(() => expect(had.length + back.results.length).toBe(count), { timeoutMs: 20_000 });
    const days = [...had, ...back.results].map(({ data }) => data.bookReturned.returnedAt);
    expect(days).toEqual(Array.from({ length: count }, (_, i) => dayOf(i)));
  }, 90_000);
});

it('is sent away with 1012 when its gateway goes', async () => {
  const other = await startLibrary({ NATS_URL: servers.nats.url });
  const of = (path: string) => fetch(other.gateway.url.replace('/graphql', path));
  await eventually(async () => expect((await of('/readyz')).status).toBe(200));
  const all = Array.from({ length: 5 }, () => subscribe(other.gateway.url, '{ book(id: "b1") { title } }'));
  const stays = Array.from({ length: 5 }, () => subscribe(other.gateway.url, PLAIN, { variables: { id: 'b1' } }));
  for (const { results } of all) await eventually(() => expect(results).toHaveLength(1));
  await eventually(async () => {
    const [, open] = /gateway_subscriptions_open\{.*\} (\d)\n/.exec(await (await of('/metrics')).text()) ?? [];
    expect(open).toBe('5');
  });
  await other.close();
  for (const { closed } of stays) await eventually(() => expect(closed).toMatchObject([{ code: 1012 }]));
});
