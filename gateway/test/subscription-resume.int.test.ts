import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { REDRIVEN_FOR, REPUBLISHED } from '@shop/messaging';
import { loadConfig } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { gatewaySettings, type RunningGateway, startGateway } from '../src/index.ts';
import { type BookStream, openStream, type Published, type Subscriber, subscribe } from './library/events.ts';
import { metricOf } from './library/metrics.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let servers: TestServers;
let tokens: TestTokens;
let stream: BookStream;
let library: Library;
let elsewhere: RunningGateway;
const subscribers: Subscriber[] = [];

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  tokens = await testTokens();
  stream = await openStream(servers.nats.url);
  await stream.create();
  library = await startLibrary({ NATS_URL: servers.nats.url, JWKS_URL: tokens.jwksUrl });
  elsewhere = await anotherGateway();
});
beforeEach(async () => {
  for (const { url } of [library.gateway, elsewhere]) {
    await eventually(async () => expect((await fetch(url.replace('/graphql', '/readyz'))).status).toBe(200));
  }
});
afterEach(async () => {
  for (const subscriber of subscribers.splice(0)) await subscriber.client.dispose();
  await eventually(async () => expect(await openHere()).toBe(0));
  library.shelf.returnedAt.clear();
});
afterAll(async () => {
  await elsewhere.close();
  await library.close();
  await stream.close();
  await tokens.close();
  await servers.close();
});

const RETURNED = 'subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt book { id } } }';
const LOAN = 'subscription { loanChanged(bookId: "b1") { until } }';

function anotherGateway(): Promise<RunningGateway> {
  const env = { SUPERGRAPH_PATH: library.supergraphPath, PORT: '0', LOG_LEVEL: 'silent', NATS_URL: servers.nats.url };
  return startGateway(loadConfig(gatewaySettings, { ...env, JWKS_URL: tokens.jwksUrl }));
}

function join(url: string, query: string, options: Parameters<typeof subscribe>[2]): Subscriber {
  const subscriber = subscribe(url, query, options);
  subscribers.push(subscriber);
  return subscriber;
}

const returned = (day: string, bookId: string, said = {}): Promise<Published> =>
  stream.publish(`book.returned.${bookId}`, { bookId, returnedAt: day }, said);

const daysOf = ({ results }: Subscriber) =>
  results.map(({ data }) => (data?.bookReturned as { returnedAt: string } | undefined)?.returnedAt);
const cursorOf = ({ results }: Subscriber): unknown => (results.at(-1)?.extensions as { cursor?: unknown })?.cursor;

const openHere = () => metricOf(library.gateway, /^gateway_subscriptions_open\{.*field="bookReturned"/);
const statesRead = () =>
  metricOf(library.gateway, /^gateway_subscription_current_states_total\{.*field="bookReturned"/);

/** Hears of a book from now on: what happened before its current state was read belongs to that. */
async function listening(bookId: string): Promise<Subscriber> {
  const before = await statesRead();
  const subscriber = join(library.gateway.url, RETURNED, { variables: { id: bookId } });
  await eventually(async () => expect(await statesRead()).toBe(before + 1));
  return subscriber;
}

/** Has had the events of a book up to one, and is gone. */
async function goneAfter(bookId: string, ...days: string[]): Promise<unknown> {
  const before = await openHere();
  const subscriber = await listening(bookId);
  for (const day of days) await returned(day, bookId);
  await eventually(() => expect(daysOf(subscriber)).toEqual(days));
  await subscriber.client.dispose();
  await eventually(async () => expect(await openHere()).toBe(before));
  return cursorOf(subscriber);
}

describe('a client that comes back with its cursor', () => {
  it('gets what it missed, in order and once, and then what is new', async () => {
    const id = 'away';
    const cursor = await goneAfter(id, 'monday', 'tuesday');
    for (const day of ['wednesday', 'thursday']) await returned(day, id);
    await returned('never', 'another');
    const back = join(library.gateway.url, RETURNED, { variables: { id }, cursor });
    await eventually(() => expect(daysOf(back)).toEqual(['wednesday', 'thursday']));
    await returned('friday', id);
    await eventually(() => expect(daysOf(back)).toEqual(['wednesday', 'thursday', 'friday']));
  });

  it('may come to another gateway', async () => {
    const id = 'moved';
    const cursor = await goneAfter(id, 'monday');
    await returned('tuesday', id);
    const back = join(elsewhere.url, RETURNED, { variables: { id }, cursor });
    await eventually(() => expect(daysOf(back)).toEqual(['tuesday']));
  });

  it('is served from memory while others are still there', async () => {
    const id = 'remembered';
    const stays = await listening(id);
    const cursor = await goneAfter(id, 'monday');
    await returned('tuesday', id);
    await eventually(() => expect(daysOf(stays)).toEqual(['monday', 'tuesday']));
    const back = join(library.gateway.url, RETURNED, { variables: { id }, cursor });
    await eventually(() => expect(daysOf(back)).toEqual(['tuesday']));
    expect(back.results[0]).toEqual(stays.results[1]);
    const metrics = await (await fetch(library.gateway.url.replace('/graphql', '/metrics'))).text();
    expect(metrics).toMatch(/gateway_subscription_replays_total\{.*from="memory".*\} [1-9]/);
  });

  it('is told the state it stands after no second time', async () => {
    const id = 'b1';
    library.shelf.returnedAt.set(id, 'monday');
    await returned('monday', id);
    const first = join(library.gateway.url, RETURNED, { variables: { id } });
    await eventually(() => expect(daysOf(first)).toEqual(['monday']));
    expect(first.results[0]?.extensions).toEqual({ cursor: expect.any(String) });
    await first.client.dispose();
    await returned('tuesday', id);
    const back = join(library.gateway.url, RETURNED, { variables: { id }, cursor: cursorOf(first) });
    await eventually(() => expect(daysOf(back)).toEqual(['tuesday']));
  });

  it('is refused what it may not know any more', async () => {
    const params = { authorization: `Bearer ${await tokens.mint({ userId: 'u1' })}` };
    library.shelf.returnedAt.set('b1', 'monday');
    const first = join(library.gateway.url, LOAN, { params });
    await eventually(() => expect(first.results).toHaveLength(1));
    library.shelf.returnedAt.clear();
    const back = join(library.gateway.url, LOAN, { params, cursor: cursorOf(first) });
    await eventually(() => expect(back.errors).toMatchObject([[{ extensions: { code: 'NOT_FOUND' } }]]));
  });

  it.each<unknown>(['nonsense', 5, '', { sequence: 1 }])('is refused when the cursor is %j', async (cursor) => {
    const back = join(library.gateway.url, RETURNED, { variables: { id: 'b1' }, cursor });
    await eventually(() =>
      expect(back.errors).toMatchObject([[{ extensions: { code: 'BAD_USER_INPUT', field: 'cursor' } }]]),
    );
  });

  it('is told when some of it is not kept any more, then how things are, then what is new', async () => {
    const id = 'b2';
    const cursor = await goneAfter(id, 'monday');
    await returned('tuesday', id);
    await stream.forget(await stream.last());
    library.shelf.returnedAt.set(id, 'tuesday');
    const back = join(library.gateway.url, RETURNED, { variables: { id }, cursor });
    await eventually(() => expect(back.results).toHaveLength(2));
    expect(back.results[0]).toMatchObject({ errors: [{ extensions: { code: 'CURSOR_EXPIRED' } }] });
    expect(daysOf(back)).toEqual([undefined, 'tuesday']);
    await returned('wednesday', id);
    await eventually(() => expect(daysOf(back)).toEqual([undefined, 'tuesday', 'wednesday']));
  });
});

describe('events that come again', () => {
  it('are told once to those who are there, and what is old to nobody', async () => {
    const id = 'again';
    const subscriber = await listening(id);
    const monday = await returned('monday', id);
    await returned('monday', id, { ...monday, header: REPUBLISHED });
    await returned('monday', id, { header: REDRIVEN_FOR });
    await returned('long ago', id, { time: '2020-01-01T00:00:00.000Z', header: REPUBLISHED });
    await returned('tuesday', id);
    await eventually(() => expect(daysOf(subscriber)).toEqual(['monday', 'tuesday']));
  });

  it('are told once to those who come back', async () => {
    const id = 'again-later';
    const cursor = await goneAfter(id, 'monday');
    await returned('long ago', id, { time: '2020-01-01T00:00:00.000Z', header: REPUBLISHED });
    const tuesday = await returned('tuesday', id);
    await returned('tuesday', id, { ...tuesday, header: REPUBLISHED });
    await returned('tuesday', id, { header: REDRIVEN_FOR });
    await returned('wednesday', id);
    const back = join(elsewhere.url, RETURNED, { variables: { id }, cursor });
    await eventually(() => expect(daysOf(back)).toEqual(['tuesday', 'wednesday']));
  });
});

describe('when the stream was lost and is made anew', () => {
  const at = (day: number) => new Date(Date.now() - 60_000 + day).toISOString();

  it('a client finds its place by the time of what it has had', async () => {
    const id = 'rebuilt';
    const first = await listening(id);
    const said = await Promise.all([1, 2, 2, 3].map(async (day) => ({ time: at(day), id: crypto.randomUUID() })));
    const days = ['monday', 'tuesday', 'tuesday evening', 'wednesday'];
    for (const [i, day] of days.slice(0, 2).entries()) await returned(day, id, said[i]);
    await eventually(() => expect(daysOf(first)).toEqual(days.slice(0, 2)));
    await first.client.dispose();
    await stream.lose();
    await stream.create();
    for (const [i, day] of days.entries()) await returned(day, id, { ...said[i], header: REPUBLISHED });
    const back = join(elsewhere.url, RETURNED, { variables: { id }, cursor: cursorOf(first) });
    await eventually(() => expect(daysOf(back)).toEqual(['tuesday evening', 'wednesday']));
    await returned('thursday', id);
    await eventually(() => expect(daysOf(back)).toEqual(['tuesday evening', 'wednesday', 'thursday']));
  });

  it('a client whose place is not in it is told so', async () => {
    const id = 'b3';
    const cursor = await goneAfter(id, 'monday');
    await stream.lose();
    await stream.create();
    const back = join(library.gateway.url, RETURNED, { variables: { id }, cursor });
    await eventually(() =>
      expect(back.results).toMatchObject([{ errors: [{ extensions: { code: 'CURSOR_EXPIRED' } }] }]),
    );
  });

  it('those who are there hear of what is new in it', async () => {
    const id = 'stays';
    const subscriber = await listening(id);
    const monday = await returned('monday', id);
    await eventually(() => expect(daysOf(subscriber)).toEqual(['monday']));
    await stream.lose();
    await stream.create();
    await returned('monday', id, { ...monday, header: REPUBLISHED });
    await returned('tuesday', id);
    await eventually(() => expect(daysOf(subscriber)).toEqual(['monday', 'tuesday']), { timeoutMs: 20_000 });
  });
});
