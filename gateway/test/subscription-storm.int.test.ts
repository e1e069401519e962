import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { type BareSocket, openBareSocket } from './library/bare-socket.ts';
import { type BookStream, openStream } from './library/events.ts';
import { metricOf, openSubscriptions } from './library/metrics.ts';
import { type Library, startLibrary } from './library/start-library.ts';

const CLIENTS = 1_000;
const SOCKETS = 10;
const USERS = 5;

let servers: TestServers;
let tokens: TestTokens;
let stream: BookStream;
let library: Library;
const sockets: BareSocket[] = [];

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  tokens = await testTokens();
  stream = await openStream(servers.nats.url);
  await stream.create();
  // A subgraph is to be waited for as long as a slow machine takes to come with a crowd.
  const timeouts = { SUBGRAPH_TIMEOUT_MS: '60000', OPERATION_TIMEOUT_MS: '60000' };
  library = await startLibrary({ NATS_URL: servers.nats.url, JWKS_URL: tokens.jwksUrl, ...timeouts });
  const { url } = library.gateway;
  await eventually(async () => expect((await fetch(url.replace('/graphql', '/readyz'))).status).toBe(200));
});
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.close();
  await openNow(0);
  library.books.misbehave = null;
});
afterAll(async () => {
  await library.close();
  await stream.close();
  await tokens.close();
  await servers.close();
});

const patience = { timeoutMs: 60_000 };
const RETURNED = 'subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt } }';
const LOAN = 'subscription { loanChanged(bookId: "b1") { until } }';

const openNow = (count: number) =>
  eventually(async () => expect(await openSubscriptions(library.gateway)).toBe(count), patience);
const states = (field: string) =>
  metricOf(library.gateway, new RegExp(`^gateway_subscription_current_states_total\\{.*field="${field}"`));
const told = () => sockets.flatMap(({ said }) => said.filter((text) => text.includes('"type":"next"')));

async function openSockets(): Promise<void> {
  for (let i = 0; i < SOCKETS; i += 1) {
    const token = await tokens.mint({ userId: `u${i % USERS}` });
    sockets.push(await openBareSocket(library.gateway, { authorization: `Bearer ${token}` }));
  }
}

it('1,000 clients that come at once have a public state read a time or two, and one of a user as often for each', async () => {
  library.shelf.returnedAt.set('b1', 'sunday');
  let goOn = () => {};
  const crowd = new Promise<true>((resolve) => {
    goOn = () => resolve(true);
  });
  library.books.misbehave = () => crowd;
  await openSockets();
  for (const { subscribe } of sockets) {
    for (let i = 0; i < CLIENTS / SOCKETS; i += 1) {
      subscribe(`${i}`, i % 2 === 0 ? { query: RETURNED, variables: { id: 'b1' } } : { query: LOAN });
    }
  }
  await openNow(CLIENTS);
  goOn();
  await eventually(() => expect(told()).toHaveLength(CLIENTS), patience);
  // One may be under way when the crowd comes; some may find their place only after the others have asked.
  expect(await states('bookReturned')).toBeLessThanOrEqual(3);
  expect(await states('loanChanged')).toBeLessThanOrEqual(3 * USERS);
}, 120_000);

it('clients that come back for different things have the stream read by sixteen at most at once', async () => {
  const count = 200;
  await openSockets();
  const [first] = sockets as [BareSocket];
  first.subscribe('before', { query: RETURNED });
  await openNow(1);
  await stream.publish('book.returned.before', { bookId: 'before', returnedAt: 'monday' });
  await eventually(() => expect(told()).toHaveLength(1), patience);
  const { cursor } = JSON.parse(told()[0] ?? '').payload.extensions;
  first.socket.close();
  sockets.shift();
  await openNow(0);
  for (let i = 0; i < count; i += 1) {
    await stream.publish(`book.returned.r${i}`, { bookId: `r${i}`, returnedAt: `day ${i}` });
  }
  await eventually(async () => expect(await stream.consumers()).toBe(0), patience);
  for (let i = 0; i < count; i += 1) {
    const payload = { query: RETURNED, variables: { id: `r${i}` }, extensions: { cursor } };
    sockets[i % sockets.length]?.subscribe(`${i}`, payload);
  }
  let most = 0;
  await eventually(async () => {
    most = Math.max(most, await stream.consumers());
    expect(told()).toHaveLength(count);
  }, patience);
  expect(new Set(told().map((text) => JSON.parse(text).payload.data.bookReturned.returnedAt)).size).toBe(count);
  // One more hears what is new.
  expect(most).toBeGreaterThan(2);
  expect(most).toBeLessThanOrEqual(16 + 1);
}, 120_000);

it('a crowd that has left leaves nothing behind: no connection, no subscription, no consumer, no timer', async () => {
  const before = openResources();
  for (let i = 0; i < 300; i += 1) sockets.push(await openBareSocket(library.gateway, {}));
  for (const { subscribe } of sockets) subscribe('1', { query: RETURNED, variables: { id: 'left' } });
  await openNow(300);
  const openSockets = () => metricOf(library.gateway, /^gateway_sockets_open/);
  expect(await openSockets()).toBe(300);
  // Half of them say so, and half are gone from one moment to the next.
  for (const [i, { socket }] of sockets.splice(0).entries()) {
    if (i % 2 === 0) socket.close();
    else socket.terminate();
  }
  await openNow(0);
  await eventually(async () => {
    expect(await openSockets()).toBe(0);
    expect(await stream.consumers()).toBe(0);
    expect(openResources()).toBeLessThanOrEqual(before + 10);
  }, patience);
}, 120_000);

/** Connections and timers of this process; a few come and go with those who look. */
const openResources = () => process.getActiveResourcesInfo().length;
