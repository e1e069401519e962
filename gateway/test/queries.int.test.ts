import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Library, startLibrary } from './library/start-library.ts';

let library: Library;
beforeAll(async () => {
  library = await startLibrary();
});
afterAll(() => library.close());

describe('a query', () => {
  it('crosses subgraphs with one batched fetch of entities', async () => {
    library.reviews.requests.length = 0;
    const answer = await library.client().query('{ books { id title rating } }');
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toEqual({
      books: [
        { id: 'b1', title: 'Emma', rating: 5 },
        { id: 'b2', title: 'Ulysses', rating: 3 },
        { id: 'b3', title: 'Walden', rating: null },
      ],
    });
    expect(library.reviews.requests).toHaveLength(1);
  });

  it('is answered over GET too, and a mutation is not', async () => {
    const get = (query: string) =>
      fetch(`${library.gateway.url}?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
    expect(await (await get('{ book(id: "b1") { title } }')).json()).toEqual({ data: { book: { title: 'Emma' } } });
    expect((await get('mutation { lend(bookId: "b1") }')).status).toBe(405);
  });

  it('shows the schema, without what belongs to the federation', async () => {
    const { data } = await library.client().query('{ __schema { directives { name } types { name } } }');
    expect(JSON.stringify(data)).not.toMatch(/join__|eventStream|_entities/);
  });

  it('carries the trace and the idempotency key, in either spelling, to subgraphs', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const ask = '{ whoAsks { idempotencyKey traceparent } }';
    for (const name of ['Idempotency-Key', 'idempotency_key']) {
      const { data } = await library.client().query(ask, {}, { [name]: 'key-1', traceparent });
      expect(data).toMatchObject({ whoAsks: { idempotencyKey: 'key-1' } });
      expect(JSON.stringify(data)).toContain('0af7651916cd43dd8448eb211c80319c');
    }
  });
});

describe('a browser', () => {
  it('finds GraphiQL at the endpoint, without anything from elsewhere, and by the bare address too', async () => {
    const browser = { headers: { accept: 'text/html,application/xhtml+xml' } };
    const page = await (await fetch(library.gateway.url, browser)).text();
    expect(page).toContain('GraphiQL');
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/);
    expect((await fetch(new URL('/', library.gateway.url), browser)).url).toBe(library.gateway.url);
  });
});

describe('bad input', () => {
  it.each([
    ['a literal of a scalar only the subgraph knows', '{ half(of: 3) }', {}, 'of'],
    ['a variable of such a scalar', 'query ($n: Even!) { half(of: $n) }', { n: 3 }, 'n'],
    ['a literal of the wrong type', '{ books(first: "many") { id } }', {}, 'first'],
    ['a literal that overflows', '{ books(first: 99999999999) { id } }', {}, 'first'],
    ['a variable of the wrong type', 'query ($n: Int) { books(first: $n) { id } }', { n: 'many' }, 'n'],
    ['a variable that overflows', 'query ($n: Int) { books(first: $n) { id } }', { n: 99999999999 }, 'n'],
    ['a missing variable', 'query ($id: ID!) { book(id: $id) { id } }', {}, 'id'],
    ['a null beside a default', 'query ($id: ID = "b1") { book(id: $id) { id } }', { id: null }, 'id'],
    ['a null condition', 'query ($no: Boolean = true) { __typename @skip(if: $no) }', { no: null }, 'if'],
    [
      'a null condition within',
      'query ($no: Boolean = true) { book(id: "b1") { id @skip(if: $no) } }',
      { no: null },
      'if',
    ],
  ])('is named: %s', async (_, query, variables, field) => {
    const { errors, status } = await library.client().query(query, variables);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', field }]);
    expect(errors?.[0]?.message).toContain(field);
    expect(status).toBe(200);
  });

  it('is told apart from a document that makes no sense', async () => {
    const unknownField = await library.client().query('{ nothing }');
    expect(unknownField.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const unreadable = await library.client().query('{ book(');
    expect(unreadable.errors?.[0]?.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
  });

  it.each([
    ['an operation the document does not hold', { query: 'query A { __typename }', operationName: 'B' }],
    ['several operations and no name', { query: 'query A { __typename } query B { __typename }' }],
  ])('is told from what went wrong on our side: %s', async (_, request) => {
    const ask = async (accept: string) => {
      const headers = { 'content-type': 'application/json', accept };
      const response = await fetch(library.gateway.url, { method: 'POST', headers, body: JSON.stringify(request) });
      return { status: response.status, answer: await response.json() };
    };
    const refusal = { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };
    expect(await ask('application/json')).toMatchObject({ status: 200, answer: refusal });
    expect(await ask('application/graphql-response+json')).toMatchObject({ status: 400, answer: refusal });
  });

  it('is a text that is spelled as if it had been asked for by a name', async () => {
    const query = 'query A { books { id } }';
    const post = async (request: unknown) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(library.gateway.url, { method: 'POST', headers, body: JSON.stringify(request) })).json();
    };
    expect(await post({ query, operationName: 'A' })).toHaveProperty('data.books');
    expect(await post({ query: `1 A ${query}` })).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }],
    });
  });

  it.each([
    ['a body over 1 MiB', JSON.stringify({ query: `# ${'x'.repeat(1_100_000)}` }), 413],
    ['a body that is no JSON', '{ book', 400],
    ['an empty body', '{}', 400],
  ])('is answered in GraphQL: %s', async (_, body, status) => {
    const response = await fetch(library.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it.each([
    ['PUT', {}],
    ['PATCH', {}],
    ['DELETE', {}],
    ['DELETE', { 'content-type': 'application/json' }],
  ])('is answered in GraphQL: %s with %j', async (method, headers) => {
    const response = await fetch(library.gateway.url, { method, headers });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it('cannot be slipped in from a page of another site', async () => {
    const response = await fetch(library.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});
