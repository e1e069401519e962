import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { createClient } from 'graphql-sse';
import { gatewaySettings, startGateway } from '../src/index.ts';
import { type BookStream, openStream } from './library/events.ts';
import { followOverSse, type Told as ToldOnce } from './library/recipes.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let servers: TestServers;
let tokens: TestTokens;
let stream: BookStream;
let library: Library;
let dir: string;

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  tokens = await testTokens();
  stream = await openStream(servers.nats.url);
  await stream.create();
  dir = await mkdtemp(join(tmpdir(), 'trusted-'));
  const trusted = { id: 'returned', name: 'Returned', type: 'subscription', body: TRUSTED };
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations: [trusted] };
  await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
  library = await startLibrary({
    NATS_URL: servers.nats.url,
    JWKS_URL: tokens.jwksUrl,
    TRUSTED_OPERATIONS: 'report',
    TRUSTED_OPERATIONS_PATH: join(dir, 'manifest.json'),
  });
  await eventually(async () => expect((await fetch(at('/readyz'))).status).toBe(200));
});
afterAll(async () => {
  await library.close();
  await rm(dir, { recursive: true });
  await stream.close();
  await tokens.close();
  await servers.close();
});

const RETURNED = 'subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt book { id } } }';
const TRUSTED = 'subscription Returned($id: ID) { bookReturned(bookId: $id) { returnedAt } }';
const NOTICE = 'subscription { noticeForMe { text } }';
const at = (path: string) => library.gateway.url.replace('/graphql', path);

async function openNow(): Promise<number> {
  const text = await (await fetch(at('/metrics'))).text();
  const counts = [...text.matchAll(/^gateway_subscriptions_open\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}

interface Told {
  id?: string;
  event?: string;
  data?: string;
  retry?: string;
}

/** What an EventSource does, seen from near: it connects with GET, and says what it has heard last. */
async function listen(query: string, variables: object, lastEventId?: string) {
  return listenTo({ query, variables: JSON.stringify(variables) }, lastEventId);
}

async function listenTo(asked: Record<string, string>, lastEventId?: string) {
  const search = new URLSearchParams(asked);
  const leaving = new AbortController();
  const response = await fetch(`${library.gateway.url}?${search}`, {
    headers: { accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
    signal: leaving.signal,
  });
  const told: Told[] = [];
  let text = '';
  const ended = (async () => {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const parsed = fields.map((field) => [field.split(':', 1)[0], field.slice(field.indexOf(':') + 1).trim()]);
        if (fields[0] !== ':') told.push(Object.fromEntries(parsed));
      }
    }
  })().catch(() => {});
  return { response, told, ended, leave: () => leaving.abort() };
}

const byHash = (text: string) => ({
  persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') },
});
const subscribed = async (count: number) => eventually(async () => expect(await openNow()).toBe(count));
const daysOf = (told: Told[]) => told.map(({ data }) => JSON.parse(data ?? '').data?.bookReturned?.returnedAt);
const returned = (day: string, bookId: string) =>
  stream.publish(`book.returned.${bookId}`, { bookId, returnedAt: day });

describe('server-sent events', () => {
  it('tell an EventSource of what happens, and where to go on', async () => {
    const first = await listen(RETURNED, { id: 's1' });
    expect(first.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await subscribed(1);
    await returned('monday', 's1');
    await eventually(() => expect(daysOf(first.told)).toEqual(['monday']));
    expect(first.told[0]).toMatchObject({ event: 'next', id: expect.stringMatching(/^[\w-]+$/) });
    first.leave();
    await subscribed(0);
    await returned('tuesday', 's1');
    const back = await listen(RETURNED, { id: 's1' }, first.told[0]?.id);
    await eventually(() => expect(daysOf(back.told)).toEqual(['tuesday']));
    back.leave();
    await subscribed(0);
  });

  it('reach the graphql-sse client, with its token', async () => {
    const headers = { authorization: `Bearer ${await tokens.mint({ userId: 'u1' })}` };
    const client = createClient({ url: library.gateway.url, headers });
    const results = client.iterate<{ noticeForMe: { text: string } }>({ query: NOTICE });
    const first = results.next();
    await subscribed(1);
    await stream.publish('book.notice.u1', { text: 'yours' });
    expect((await first).value).toMatchObject({ data: { noticeForMe: { text: 'yours' } } });
    client.dispose();
    await subscribed(0);
  });

  it('answer a query, and are done', async () => {
    const client = createClient({ url: library.gateway.url });
    const results = [];
    for await (const result of client.iterate({ query: '{ book(id: "b1") { title } }' })) results.push(result);
    expect(results).toEqual([{ data: { book: { title: 'Emma' } } }]);
  });

  it.each([
    ['the id of a trusted operation', { documentId: 'returned' }],
    ['the hash of a text that was sent before', { extensions: JSON.stringify(byHash(RETURNED)) }],
  ])('tell an EventSource that asks with %s, and where it stands when it comes back', async (_what, asked) => {
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
    const body = JSON.stringify({ query: RETURNED, variables: { id: '*' }, extensions: byHash(RETURNED) });
    // Refused for its argument, and remembered all the same.
    expect(await (await fetch(library.gateway.url, { method: 'POST', headers, body })).text()).toContain(
      'BAD_USER_INPUT',
    );
    const wanted = { ...asked, variables: JSON.stringify({ id: 'id1' }) };
    const first = await listenTo(wanted);
    await subscribed(1);
    await returned('monday', 'id1');
    await eventually(() => expect(daysOf(first.told)).toEqual(['monday']));
    first.leave();
    await subscribed(0);
    await returned('tuesday', 'id1');
    const back = await listenTo(wanted, first.told[0]?.id);
    await eventually(() => expect(daysOf(back.told)).toEqual(['tuesday']));
    back.leave();
    await subscribed(0);
  });

  it.each([
    ['an id nobody knows', { documentId: 'nobody-knows' }, 'BAD_USER_INPUT'],
    ['a hash nobody knows', { extensions: JSON.stringify(byHash('unknown')) }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['a cursor that is none', { query: TRUSTED }, 'BAD_USER_INPUT'],
  ])('refuse %s, and are done', async (_what, asked, code) => {
    const { told, ended } = await listenTo(asked, 'no-cursor');
    await ended;
    expect(told.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(JSON.parse(told[0]?.data ?? '')).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  it.each([
    ['a viewer’s own events without a token', NOTICE, {}, 'UNAUTHENTICATED'],
    ['what a page of another site could make a browser do', 'mutation { lend(bookId: "b1") }', {}, 'BAD_USER_INPUT'],
    ['what is not valid', 'subscription { nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['everything at once', RETURNED, { id: '*' }, 'BAD_USER_INPUT'],
  ])('refuse %s, and are done', async (_what, query, variables, code) => {
    const { told, ended } = await listen(query, variables);
    await ended;
    expect(told.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(JSON.parse(told[0]?.data ?? '')).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  it('are no way around the guard against forged requests for POST', async () => {
    const body = JSON.stringify({ query: 'mutation { lend(bookId: "b1") }' });
    const headers = { accept: 'text/event-stream', 'content-type': 'text/plain' };
    const answer = await fetch(library.gateway.url, { method: 'POST', body, headers });
    expect(await answer.text()).toContain('apollo-require-preflight');
  });

  it('end when the token does', async () => {
    const authorization = `Bearer ${await tokens.mint({ userId: 'u1', expiresInSeconds: 1 })}`;
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json', authorization };
    const body = JSON.stringify({ query: NOTICE });
    const answer = await fetch(library.gateway.url, { method: 'POST', headers, body });
    expect(await answer.text()).toContain('event: complete');
    await subscribed(0);
  });

  it('send clients away with a hint when to come back', async () => {
    const other = await startLibrary({ NATS_URL: servers.nats.url });
    const search = new URLSearchParams({ query: RETURNED, variables: '{}' });
    const answer = await fetch(`${other.gateway.url}?${search}`, { headers: { accept: 'text/event-stream' } });
    const text = answer.text();
    await other.close();
    expect(await text).toMatch(/retry: \d+\n\n$/);
  });

  it('are gone on with by the graphql-sse client at another gateway, as docs/subscriptions.md shows', async () => {
    const env = { SUPERGRAPH_PATH: library.supergraphPath, PORT: '0', LOG_LEVEL: 'silent', NATS_URL: servers.nats.url };
    const going = await startGateway(loadConfig(gatewaySettings, env));
    let { url } = going;
    await eventually(async () => expect((await fetch(url.replace('/graphql', '/readyz'))).status).toBe(200));
    const told: ToldOnce[] = [];
    const problems: unknown[] = [];
    const retrying = { retryAttempts: 100, retry: () => eventually(() => expect(url).not.toBe(going.url)) };
    const follow = followOverSse((headers) => createClient({ url: () => url, headers, ...retrying }), {
      query: RETURNED,
      variables: { id: 'sse' },
    });
    const leave = follow(
      (each) => told.push(each),
      (problem) => problems.push(problem),
    );
    await eventually(async () => {
      await returned('monday', 'sse');
      expect(told.length).toBeGreaterThan(0);
    });
    await going.close();
    const before = told.length;
    await returned('tuesday', 'sse');
    url = library.gateway.url;
    await eventually(() => expect(told).toHaveLength(before + 1));
    expect(told.at(-1)).toMatchObject({ data: { bookReturned: { returnedAt: 'tuesday' } } });
    expect(problems).toEqual([]);
    leave();
    await subscribed(0);
  });
});

it('the recipes of docs/subscriptions.md are those that are tested', async () => {
  const source = await readFile(new URL('./library/recipes.ts', import.meta.url), 'utf8');
  const docs = await readFile(new URL('../../docs/subscriptions.md', import.meta.url), 'utf8');
  const recipes = [...source.matchAll(/\/\/ recipe: .*\n([\s\S]*?)\n\/\/ end/g)].map(([, recipe]) => recipe as string);
  expect(recipes).toHaveLength(5);
  for (const recipe of recipes) expect(docs).toContain(recipe);
});
