import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import fc from 'fast-check';
import { mergeParts, type Part, readParts } from './library/read-parts.ts';
import { type Library, startLibrary } from './library/start-library.ts';

/** What Apollo Client sends with an operation that defers something. */
const PARTS = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9';

let library: Library;
beforeAll(async () => {
  library = await startLibrary();
  library.shelf.ratings.set('b3', 4);
  library.shelf.returnedAt.set('b1', '2026-11-20');
});
afterEach(() => {
  library.reviews.misbehave = null;
  library.reviews.requests.length = 0;
});
afterAll(() => library.close());

function ask(query: string, { accept = PARTS, variables = {}, signal }: Asked = {}): Promise<Response> {
  return fetch(library.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  });
}

interface Asked {
  accept?: string;
  variables?: Record<string, unknown>;
  signal?: AbortSignal;
}

async function partsOf(query: string, asked?: Asked): Promise<Part[]> {
  return all(readParts(await ask(query, asked)));
}

async function all(parts: AsyncIterable<Part>): Promise<Part[]> {
  const came: Part[] = [];
  for await (const part of parts) came.push(part);
  return came;
}

/** Keeps whatever is asked of the reviews, until it is let go. */
function holdReviews(): () => void {
  let release = () => {};
  const released = new Promise<true>((resolve) => {
    release = () => resolve(true);
  });
  library.reviews.misbehave = () => released;
  return release;
}

it('the first part arrives before a slow subgraph has answered', async () => {
  const release = holdReviews();
  const response = await ask('{ book(id: "b1") { title ... @defer(label: "later") { rating } } }');
  expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
  const parts = readParts(response);
  expect((await parts.next()).value).toEqual({ data: { book: { title: 'Emma' } }, hasNext: true });
  release();
  expect((await parts.next()).value).toEqual({
    incremental: [{ data: { rating: 5 }, path: ['book'], label: 'later' }],
    hasNext: false,
  });
  expect((await parts.next()).done).toBe(true);
});

it('a fragment in a list comes once for each item', async () => {
  const [first, ...later] = await partsOf('{ books { title ...Rated @defer } } fragment Rated on Book { rating }');
  expect(first).toEqual({
    data: { books: [{ title: 'Emma' }, { title: 'Ulysses' }, { title: 'Walden' }] },
    hasNext: true,
  });
  expect(later).toEqual([
    {
      incremental: [
        { data: { rating: 5 }, path: ['books', 0] },
        { data: { rating: 3 }, path: ['books', 1] },
        { data: { rating: 4 }, path: ['books', 2] },
      ],
      hasNext: false,
    },
  ]);
});

it('what is deferred in a deferred fragment comes after it', async () => {
  const release = holdReviews();
  const parts = readParts(
    await ask(
      '{ __typename ... @defer(label: "a") { t: __typename book(id: "b1") { name: title ... @defer(label: "b") { rating } } } }',
    ),
  );
  expect((await parts.next()).value).toEqual({ data: { __typename: 'Query' }, hasNext: true });
  expect((await parts.next()).value).toEqual({
    incremental: [{ data: { t: 'Query', book: { name: 'Emma' } }, path: [], label: 'a' }],
    hasNext: true,
  });
  release();
  expect((await parts.next()).value).toEqual({
    incremental: [{ data: { rating: 5 }, path: ['book'], label: 'b' }],
    hasNext: false,
  });
});

it('several fragments come as each is ready, whichever was written first', async () => {
  const release = holdReviews();
  const parts = readParts(
    await ask(
      '{ whoAsks { __typename } ... @defer(label: "slow") { book(id: "b1") { rating } } ... @defer(label: "quick") { books(first: 1) { title } } }',
    ),
  );
  await parts.next();
  expect((await parts.next()).value).toMatchObject({ incremental: [{ label: 'quick' }], hasNext: true });
  release();
  expect((await parts.next()).value).toMatchObject({ incremental: [{ label: 'slow' }], hasNext: false });
});

it('a field that is also asked for outside is in the first part', async () => {
  const [first] = await partsOf('{ book(id: "b1") { rating ... @defer { rating title } } }');
  expect(first).toEqual({ data: { book: { rating: 5 } }, hasNext: true });
});

it('variables decide what is deferred', async () => {
  const query = 'query($later: Boolean!) { book(id: "b1") { title ... @defer(if: $later) { rating } } }';
  expect(await partsOf(query, { variables: { later: true } })).toHaveLength(2);
  const whole = await ask(query, { variables: { later: false } });
  expect(whole.headers.get('content-type')).toMatch(/^application\/.*json/);
  expect(await whole.json()).toEqual({ data: { book: { title: 'Emma', rating: 5 } } });
  const never = await ask('{ book(id: "b1") { title ... @defer(if: false) { rating } } }');
  expect(await never.json()).toEqual({ data: { book: { title: 'Emma', rating: 5 } } });
});

it('what @skip and @include leave out is not told later either', async () => {
  const query = `query($no: Boolean!) {
    book(id: "b1") { title ... @include(if: $no) { ... @defer { rating } } ... @defer { stars @include(if: $no) id } }
  }`;
  const parts = await partsOf(query, { variables: { no: false } });
  expect(mergeParts(parts)).toEqual({ data: { book: { title: 'Emma', id: 'b1' } } });
});

it('a subgraph that fails is told with the part that wanted it, at whole paths', async () => {
  library.reviews.misbehave = (response) => response.writeHead(500).end();
  const [first, second] = await partsOf('{ books(first: 2) { title ... @defer { rating } } }');
  expect(first).toEqual({ data: { books: [{ title: 'Emma' }, { title: 'Ulysses' }] }, hasNext: true });
  expect(second).toMatchObject({
    incremental: [
      { data: { rating: null }, path: ['books', 0], errors: [{ path: ['books', 0, 'rating'] }] },
      { data: { rating: null }, path: ['books', 1], errors: [{ path: ['books', 1, 'rating'] }] },
    ],
    hasNext: false,
  });
  expect(JSON.stringify(second)).not.toContain('reviews');
});

it('a null that may not be goes no further than the deferred fragment', async () => {
  library.reviews.misbehave = (response) => response.end('{"data":{"_entities":[{"stars":5},{"stars":null}]}}');
  const [first, second] = await partsOf('{ books(first: 2) { title ... @defer { stars } } }');
  expect(first?.data).toEqual({ books: [{ title: 'Emma' }, { title: 'Ulysses' }] });
  expect(second?.incremental).toMatchObject([
    { data: { stars: 5 }, path: ['books', 0] },
    { data: null, path: ['books', 1], errors: [{ path: ['books', 1, 'stars'] }] },
  ]);
  expect(second?.incremental?.[0]).not.toHaveProperty('errors');
});

it('nothing is told later of an object that the client got as null', async () => {
  library.reviews.misbehave = (response, query) =>
    query.includes('stars') ? response.end('{"data":{"_entities":[{"stars":null}]}}') : true;
  const parts = await partsOf('{ book(id: "b1") { stars ... @defer { rating } } }');
  expect(parts).toEqual([expect.objectContaining({ data: { book: null }, hasNext: true }), { hasNext: false }]);
});

it('whoever leaves ends the work', async () => {
  const leaving = new AbortController();
  holdReviews();
  const response = await ask('{ book(id: "b1") { title ... @defer { rating } } }', { signal: leaving.signal });
  await readParts(response).next();
  await eventually(async () => expect(await reviewsInFlight()).toBe('1'));
  leaving.abort();
  await eventually(async () => expect(await reviewsInFlight()).toBe('0'));
});

async function reviewsInFlight(): Promise<string | undefined> {
  const metrics = await fetch(library.gateway.url.replace('/graphql', '/metrics'));
  return /gateway_subgraph_requests_in_flight\{[^}]*reviews[^}]*\} (\d)/.exec(await metrics.text())?.[1];
}

it('an operation that is refused is answered as any other', async () => {
  const response = await ask('{ book(id: "b1") { nothing ... @defer { rating } } }');
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
});

it.each([
  ['does not take parts', 'application/json'],
  ['likes one piece better', 'application/json, multipart/mixed;deferSpec=20220824;q=0.5'],
  ['takes anything', '*/*'],
  ['takes parts of another form', 'multipart/mixed;deferSpec=20991231, application/json'],
])('a client that %s gets all at once', async (_what, accept) => {
  const answer = await ask('{ book(id: "b1") { title ... @defer { rating } } }', { accept });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await answer.json()).toEqual({ data: { book: { title: 'Emma', rating: 5 } } });
});

it('without @defer there are no parts, but for those who take nothing else', async () => {
  const query = '{ book(id: "b1") { title } }';
  expect((await ask(query)).headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
  const parts = await partsOf(query, { accept: 'multipart/mixed' });
  expect(parts).toEqual([{ data: { book: { title: 'Emma' } }, hasNext: false }]);
});

it('an operation that defers too much is answered at once', async () => {
  const book = 'fragment B on Book { ...C ...C ...C ...C ...C } fragment C on Book { ... @defer { title } }';
  const query = `{ book(id: "b1") { ...B rating } books { ...B } loan(bookId: "b1") { book { ...B } } `;
  expect((await ask(`${query} } ${book}`)).headers.get('content-type')).toMatch(/^multipart/);
  const more = Array.from({ length: 8 }, (_, i) => `more${i}: book(id: "b1") { ...B }`);
  const response = await ask(`${query} ${more.join(' ')} } ${book}`);
  expect(response.headers.get('content-type')).toMatch(/^application\/.*json/);
  expect(await response.json()).toMatchObject({ data: { book: { title: 'Emma', rating: 5 } } });
});

const bookFields = fc.constantFrom(
  'id: title',
  'title',
  'rating',
  'stars',
  '__typename',
  'name: title',
  'mine: rating',
);

function selection(leaf: fc.Arbitrary<string>, depth: number): fc.Arbitrary<string> {
  if (depth === 0) return leaf;
  const inner = selection(leaf, depth - 1);
  const deferred = fc
    .tuple(inner, fc.constantFrom('', '(if: $yes)', '(if: $no)', '(if: false)'))
    .map(([inside, condition]) => `... @defer${condition} { ${inside} }`);
  return fc.array(fc.oneof(leaf, deferred), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' '));
}

const rootFields = selection(bookFields, 3).chain((book) =>
  fc.constantFrom(
    `book(id: "b2") { ${book} }`,
    `books { ${book} }`,
    `id: book(id: "b3") { ${book} }`,
    `loan(bookId: "b1") { until book { ${book} } }`,
  ),
);

it('the parts together are the whole answer', async () => {
  await fc.assert(
    fc.asyncProperty(selection(rootFields, 2), async (root) => {
      const query = `query($yes: Boolean = true, $no: Boolean = false) { yes: __typename @include(if: $yes) no: __typename @include(if: $no) ${root} }`;
      const whole = await (await ask(query, { accept: 'application/json' })).json();
      const response = await ask(query, { accept: 'multipart/mixed;deferSpec=20220824' });
      if (whole.errors) return expect(await response.json()).toEqual(whole);
      const parts = await all(readParts(response));
      expect(mergeParts(parts)).toEqual(whole);
      expect(parts.map(({ hasNext }) => hasNext)).toEqual(parts.map((_, i) => i < parts.length - 1));
    }),
    { numRuns: 60 },
  );
});
