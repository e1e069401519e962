import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mayBeForged } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { idempotencyKeyOf } from '../src/request-context.ts';
import { clientAppOf } from '../src/usage/client-app.ts';
import { type Archive, startArchive } from './guards/archive.ts';
import { type Subscriber, subscribe } from './library/events.ts';

let archive: Archive;
const subscribers: Subscriber[] = [];
beforeAll(async () => {
  archive = await startArchive({
    OPERATION_MAX_TOKENS: '100000',
    OPERATION_MAX_COST: '500',
    INTROSPECTION: 'false',
    MAX_BODY_BYTES: '500000',
    TRUSTED_PROXIES: '127.0.0.1',
    COST_IN_ANSWER: 'asked',
  });
});
afterAll(async () => {
  for (const { client } of subscribers) await client.dispose();
  await archive.close();
});

const LEVELS = 10_000;
const repeated = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(archive.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function overSocket(query: string, variables?: Record<string, unknown>) {
  const subscriber = subscribe(archive.gateway.url, query, { variables });
  subscribers.push(subscriber);
  // What is refused before it begins is an `error` message, what is refused later a result.
  await eventually(() => expect(subscriber.errors.length + subscriber.results.length).toBe(1));
  return subscriber.results[0]?.errors ?? subscriber.errors[0];
}

describe('a document that is too large', () => {
  const documents: [string, string][] = [
    ['tokens', `{ ${repeated(100_001, () => 'a')} }`],
    ['depth', `{ ${'a { '.repeat(LEVELS)} b ${'}'.repeat(LEVELS)} }`],
    ['depth', `{ ...F0 } ${repeated(LEVELS, (i) => `fragment F${i} on Query { ...F${i + 1} }`)}`],
    ['fields', `{ shelves { ${repeated(1_001, () => 'name')} } }`],
    ['aliases', `{ ${repeated(101, (i) => `a${i}: __typename`)} }`],
    ['root-fields', `{ ${repeated(31, () => '__typename')} }`],
    ['directives', `{ __typename ${'@include(if: true) '.repeat(11)} }`],
  ];

  it.each(documents)('is refused over HTTP, and counted: %s', async (guard, query) => {
    const counter = new RegExp(`^gateway_refused_total{.*guard="${guard}"`);
    const before = await archive.metric(counter);
    const plain = await archive.client().query(query);
    expect(plain).toMatchObject({ status: 200, errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] });
    const { status } = await post({ query }, { accept: 'application/graphql-response+json' });
    expect(status).toBe(400);
    expect(await archive.metric(counter)).toBe(before + 2);
  });

  it.each(documents)('is refused over a WebSocket: %s', async (_, query) => {
    expect(await overSocket(query)).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }]);
  });

  it('is refused over GET', async () => {
    const query = encodeURIComponent(`{ ${repeated(101, (i) => `a${i}: __typename`)} }`);
    const answer = await fetch(`${archive.gateway.url}?query=${query}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] });
  });

  it('may be one by its variables alone', async () => {
    // JSON.stringify recurses, too.
    const by = `${'{"and":['.repeat(LEVELS)}{}${']}'.repeat(LEVELS)}`;
    const answer = await fetch(archive.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":"query ($by: Criterion) { find(by: $by) }","variables":{"by":${by}}}`,
    });
    const { errors } = await answer.json();
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }]);
    expect(
      await archive.client().query('query ($by: Criterion) { find(by: $by) }', { by: { text: 'x' } }),
    ).toMatchObject({
      data: { find: 1 },
    });
  });

  it('in bytes is a 413 that clients can read', async () => {
    const before = await archive.metric(/^gateway_refused_total{.*guard="body-size"/);
    const answer = await post({ query: '{ __typename }', padding: 'x'.repeat(500_000) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual({
      errors: [{ message: 'The request is larger than 500000 bytes.', extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await archive.metric(/^gateway_refused_total{.*guard="body-size"/)).toBe(before + 1);
  });
});

describe('cost', () => {
  it('is told to whoever asks for it', async () => {
    const query = '{ files(first: 2) { title } }';
    expect(await (await post({ query, extensions: { cost: true } })).json()).toMatchObject({
      extensions: { cost: { estimated: 4, max: 500 } },
    });
    expect((await archive.client().query(query)).extensions).toBeUndefined();
  });

  it('is estimated with the variables of each request', async () => {
    const query = 'query ($n: Int) { files(first: $n) { title } }';
    expect((await archive.client().query(query, { n: 250 })).data).toMatchObject({ files: expect.any(Array) });
    archive.files.requests.length = 0;
    expect((await archive.client().query(query, { n: 251 })).errors).toMatchObject([
      { message: expect.stringContaining('502'), extensions: { code: 'OPERATION_TOO_COMPLEX' } },
    ]);
    expect(archive.files.requests).toEqual([]);
  });

  it('of lists without a size is that of ten each', async () => {
    const answer = await post({ query: '{ shelves { files { id } } }', extensions: { cost: true } });
    expect(await answer.json()).toMatchObject({ extensions: { cost: { estimated: 10 * (1 + 10 * 2) } } });
  });

  it('is nothing that can be said without the slice that must be given', async () => {
    expect(await archive.client().query('{ files(first: null) { id } }')).toMatchObject({
      status: 200,
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });

  it('holds over WebSockets too', async () => {
    expect(await overSocket('{ files(first: 251) { title } }')).toMatchObject([
      { extensions: { code: 'OPERATION_TOO_COMPLEX' } },
    ]);
    expect(await overSocket('query ($n: Int) { files(first: $n) { id } }', { n: 1000 })).toMatchObject([
      { extensions: { code: 'OPERATION_TOO_COMPLEX' } },
    ]);
  });
});

describe('the schema, where it cannot be read,', () => {
  it.each(['{ __schema { types { name } } }', '{ __type(name: "File") { name } }'])('is not: %s', async (query) => {
    const refusal = [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }];
    expect((await archive.client().query(query)).errors).toMatchObject(refusal);
    expect(await overSocket(query)).toMatchObject(refusal);
  });

  it('is not to be guessed from suggestions either', async () => {
    const typos: [string, Record<string, unknown>][] = [
      ['{ fil(id: 1) { id } }', {}],
      ['{ file(idd: 1) { id } }', {}],
      ['query ($by: Criterio) { find(by: $by) }', {}],
      ['{ find(by: { kind: PAPR }) }', {}],
      ['{ find(by: { txt: "" }) }', {}],
      ['query ($by: Criterion) { find(by: $by) }', { by: { kind: 'PAPR' } }],
      ['query ($by: Criterion) { find(by: $by) }', { by: { txt: 'x' } }],
    ];
    for (const [query, variables] of typos) {
      const overHttp = await archive.client().query(query, variables);
      expect(overHttp.errors?.length).toBeGreaterThan(0);
      expect(JSON.stringify([overHttp.errors, await overSocket(query, variables)])).not.toContain('Did you mean');
    }
  });

  it('shows the names of types an operation knows already', async () => {
    expect((await archive.client().query('{ __typename file(id: 1) { __typename } }')).data).toEqual({
      __typename: 'Query',
      file: { __typename: 'File' },
    });
  });
});

describe('a page of another site', () => {
  let listing: Archive;
  beforeAll(async () => {
    listing = await startArchive({ CORS_ORIGINS: 'https://shop.example, https://app.example' });
  });
  afterAll(() => listing.close());

  it('may call the gateway when its origin is listed, and no other', async () => {
    const ask = (origin: string, method: string) =>
      fetch(listing.gateway.url, {
        method,
        headers: { origin, ...(method === 'POST' && { 'content-type': 'application/json' }) },
        ...(method === 'POST' && { body: '{"query":"{ __typename }"}' }),
      });
    const listed = await ask('https://app.example', 'OPTIONS');
    expect(listed.status).toBe(204);
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(listed.headers.get('access-control-allow-headers')).toMatch(/authorization.*idempotency-key/);
    expect((await ask('https://app.example', 'POST')).headers.get('access-control-expose-headers')).toBe('retry-after');
    for (const method of ['OPTIONS', 'POST']) {
      const { headers } = await ask('https://evil.example', method);
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    }
  });

  async function allowedHeaders(): Promise<string[]> {
    const { headers } = await fetch(listing.gateway.url, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example' },
    });
    return headers.get('access-control-allow-headers')?.split(', ') ?? [];
  }

  it('may send all that Apollo Client sends when it says which program it is', async () => {
    const allowed = await allowedHeaders();
    const inBrowser: typeof fetch = (url, init) => {
      const refused = [...new Headers(init?.headers).keys()].filter((name) => !allowed.includes(name));
      return refused.length > 0 ? Promise.reject(new TypeError(`The browser refuses ${refused}.`)) : fetch(url, init);
    };
    const client = new ApolloClient({
      link: new HttpLink({ uri: listing.gateway.url, fetch: inBrowser }),
      cache: new InMemoryCache(),
      clientAwareness: { name: 'storefront', version: '2.1' },
    });
    expect((await client.query({ query: gql('{ file(id: 1) { id } }') })).data).toMatchObject({ file: { id: '1' } });
  });

  it('may send every header that the gateway reads', async () => {
    const read = new Set(['accept', 'authorization', 'last-event-id', 'traceparent']);
    const noting = new Proxy<Record<string, undefined>>({}, { get: (_none, name) => void read.add(String(name)) });
    for (const reading of [clientAppOf, idempotencyKeyOf, mayBeForged]) reading(noting);
    expect(read.size).toBeGreaterThan(8);
    const allowed = await allowedHeaders();
    expect([...read].filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

it('what a form of another site can send is refused, and told in GraphQL', async () => {
  const before = await archive.metric(/^gateway_refused_total{.*guard="csrf"/);
  const form = await fetch(archive.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '{}',
  });
  const linked = await fetch(`${archive.gateway.url}?query={__typename}`);
  expect([form.status, linked.status]).toEqual([400, 400]);
  expect(await linked.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(await archive.metric(/^gateway_refused_total{.*guard="csrf"/)).toBeGreaterThan(before);
});
