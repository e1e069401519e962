import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SECRET } from './library/books.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let library: Library;
beforeEach(async () => {
  library = await startLibrary({ SUBGRAPH_TIMEOUT_MS: '400' });
});
afterEach(() => library.close());

describe('a dead subgraph', () => {
  beforeEach(() => library.reviews.close());

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
