import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SECRET } from './library/books.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let library: Library;
beforeAll(async () => {
  // One gateway for all: what one test sees must not be how many failed before it.
  library = await startLibrary({ SUBGRAPH_TIMEOUT_MS: '400', BREAKER_MIN_REQUESTS: '1000' });
});
afterEach(() => {
  library.books.misbehave = null;
  library.reviews.misbehave = null;
});
afterAll(() => library.close());

describe('an error inside', () => {
  it('is masked with a trace id, whatever the subgraph let slip', async () => {
    const answer = await library.client().query('{ broken book(id: "b1") { title } }');
    expect(answer.data).toEqual({ broken: null, book: { title: 'Emma' } });
    expect(answer.errors).toEqual([
      {
        message: 'Something went wrong on our side.',
        path: ['broken'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
      },
    ]);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  });

  it('that clients may know keeps its message and nothing else from inside', async () => {
    const answer = await library.client().query('mutation { lend(bookId: "b1") }');
    expect(answer.errors).toEqual([
      { message: 'Book b1 is lent.', path: ['lend'], extensions: { code: 'CONFLICT', retryAfterMs: 5 } },
    ]);
  });

  it('of a null that was promised not to be one comes with an error', async () => {
    const { data, errors } = await library.client().query('{ book(id: "b3") { title stars } }');
    expect(data).toEqual({ book: null });
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });
});

describe('a slow subgraph', () => {
  it('is given up after its time', async () => {
    const { data, errors } = await library.client().query('{ slow(ms: 5000) }');
    expect(data).toEqual({ slow: null });
    expect(errors).toMatchObject([{ path: ['slow'], extensions: { code: 'TIMEOUT' } }]);
  });
});

describe('an answer that is no good', () => {
  const INSIDE = `${SECRET} at Object.<anonymous> (/srv/reviews/dist/db.js:7:9)`;
  const MASKED = 'INTERNAL_SERVER_ERROR';
  const entities = (value: unknown, more: object = {}) => JSON.stringify({ data: { _entities: value }, ...more });
  const slips = (more: object = {}) => [{ message: INSIDE, extensions: { stacktrace: [INSIDE], at: INSIDE }, ...more }];
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

  it.each<[what: string, body: string, code: string, head?: { status?: number; type?: string }]>([
    ['a page', `<html>${INSIDE}</html>`, 'SERVICE_UNAVAILABLE', { status: 502, type: 'text/html' }],
    ['a page that says it is fine', `<html>${INSIDE}</html>`, 'SERVICE_UNAVAILABLE'],
    ['nothing', '', 'SERVICE_UNAVAILABLE'],
    ['half of an answer', `{"data":{"_entities":[{"at":"${SECRET}`, 'SERVICE_UNAVAILABLE'],
    ['JSON that is no answer', JSON.stringify({ error: INSIDE }), 'SERVICE_UNAVAILABLE', { status: 500 }],
    ['a list', JSON.stringify([INSIDE]), 'SERVICE_UNAVAILABLE'],
    ['a text', JSON.stringify(INSIDE), 'SERVICE_UNAVAILABLE'],
    ['null', 'null', 'SERVICE_UNAVAILABLE'],
    ['endless depth', `{"data":${deep}}`, MASKED],
    ['data that is a text', JSON.stringify({ data: INSIDE }), MASKED],
    ['data that is a list', JSON.stringify({ data: [INSIDE] }), MASKED],
    ['no data and no errors', JSON.stringify({ data: null, errors: [] }), MASKED],
    ['errors alone', JSON.stringify({ errors: slips() }), MASKED, { status: 400 }],
    ['errors that are no list', JSON.stringify({ data: null, errors: { message: INSIDE } }), MASKED],
    ['errors that are nothing', JSON.stringify({ data: null, errors: [null, INSIDE, 7, []] }), MASKED],
    [
      'an error of another shape',
      JSON.stringify({ data: null, errors: [{ message: { at: INSIDE }, path: 7 }] }),
      MASKED,
    ],
    ['a path from inside', JSON.stringify({ data: null, errors: slips({ path: [INSIDE] }) }), MASKED],
    ['a path of objects', JSON.stringify({ data: null, errors: slips({ path: [{ at: INSIDE }] }) }), MASKED],
    ['a path to nowhere', entities([null, null], { errors: slips({ path: ['_entities', 99, 'rating'] }) }), MASKED],
    [
      'a path into a field',
      entities([null, null], { errors: slips({ path: ['_entities', 0, 'rating', INSIDE] }) }),
      MASKED,
    ],
    [
      'locations of another shape',
      JSON.stringify({ data: null, errors: slips({ locations: [null, INSIDE] }) }),
      MASKED,
    ],
    [
      'a code of another shape',
      JSON.stringify({ data: null, errors: slips({ extensions: { code: [INSIDE] } }) }),
      MASKED,
    ],
    ['extensions of another shape', JSON.stringify({ data: null, errors: slips({ extensions: INSIDE }) }), MASKED],
    [
      'a code of its own',
      JSON.stringify({ data: null, errors: slips({ extensions: { code: 'SQL_FAILED' } }) }),
      MASKED,
    ],
    ['too few entities', entities([{ rating: 1 }]), MASKED],
    ['too many entities', entities([{ rating: 1 }, { rating: 2 }, { rating: INSIDE }]), MASKED],
    ['entities that are no list', entities({ rating: INSIDE }), MASKED],
    ['entities that are no objects', entities([INSIDE, [INSIDE]]), MASKED],
    ['a thousand errors', JSON.stringify({ errors: Array.from({ length: 1_000 }, () => slips()[0]) }), MASKED],
  ])(
    'such as %s nulls its fields, with an error for them that says nothing from inside',
    async (...[, body, code, head]) => {
      library.reviews.misbehave = (response) => {
        const { status = 200, type = 'application/json' } = head ?? {};
        response.writeHead(status, { 'content-type': type }).end(body);
      };
      const answer = await library.client().query('{ books(first: 2) { title rating } }');
      expect(answer.data).toEqual({
        books: [
          { title: 'Emma', rating: null },
          { title: 'Ulysses', rating: null },
        ],
      });
      expect(answer.errors?.length).toBeGreaterThan(0);
      for (const { path, extensions } of answer.errors ?? []) {
        expect(path?.slice(0, 1)).toEqual(['books']);
        expect(extensions?.code).toBe(code);
      }
      expect(JSON.stringify(answer)).not.toMatch(/hunter2|\/srv|reviews|127\.0\.0\.1|stacktrace|SQL_FAILED/);
    },
  );

  it.each([
    ['a text for a number', { rating: INSIDE, stars: 1 }],
    ['an object for a number', { rating: { at: INSIDE }, stars: 1 }],
    ['half a number', { rating: 1.5, stars: 1 }],
    ['too large a number', { rating: 2 ** 31, stars: 1 }],
  ])('such as %s nulls the field', async (_, entity) => {
    library.reviews.misbehave = (response) => response.end(entities([entity]));
    const answer = await library.client().query('{ book(id: "b1") { title rating stars } }');
    expect(answer.data).toEqual({ book: { title: 'Emma', rating: null, stars: 1 } });
    expect(answer.errors).toMatchObject([{ path: ['book', 'rating'], extensions: { code: MASKED } }]);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  });

  it('for all of an operation leaves the gateway as it was', async () => {
    library.books.misbehave = (response) =>
      response.end(`{"data":{"__proto__":{"title":"${SECRET}"},"constructor":7}}`);
    const asked = await library.client().query('{ book(id: "b1") { title } }');
    expect(asked.data).toEqual({ book: null });
    library.books.misbehave = null;
    const names = '{ __proto__: book(id: "b1") { constructor: title toString: rating } }';
    const { status, data } = await library.client().query(names);
    expect(status).toBe(200);
    expect(JSON.stringify(data)).toBe('{"__proto__":{"constructor":"Emma","toString":5}}');
    expect(({} as { title?: string }).title).toBeUndefined();
  });
});

describe('a dead subgraph', () => {
  beforeAll(() => library.reviews.close());

  it('costs its own fields only, each with an error at its path', async () => {
    const { data, errors } = await library.client().query('{ books(first: 2) { title rating } }');
    expect(data).toEqual({
      books: [
        { title: 'Emma', rating: null },
        { title: 'Ulysses', rating: null },
      ],
    });
    expect(errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
      [['books', 0, 'rating'], { code: 'SERVICE_UNAVAILABLE' }],
      [['books', 1, 'rating'], { code: 'SERVICE_UNAVAILABLE' }],
    ]);
  });

  it('nulls what a promised value was in, as the specification says', async () => {
    const { data, errors } = await library.client().query('{ book(id: "b1") { title stars } }');
    expect(data).toEqual({ book: null });
    expect(errors).toMatchObject([{ path: ['book', 'stars'], extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  });

  it('is told to operators, and takes no gateway out of service', async () => {
    const answer = await fetch(library.gateway.url.replace('/graphql', '/readyz'));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ degraded: { subgraphs: 'no answer from reviews' } });
  });

  it('is not named to clients, nor is its address', async () => {
    const answer = await library.client().query('{ books { rating } }');
    expect(JSON.stringify(answer)).not.toMatch(/reviews|127\.0\.0\.1|ECONN/);
  });
});
