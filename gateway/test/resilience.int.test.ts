import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { REVIEWS_SDL, reviewsResolvers } from './library/reviews.ts';
import { type Library, startLibrary } from './library/start-library.ts';
import { startSubgraph } from './library/start-subgraph.ts';

const RATINGS = '{ books(first: 1) { title rating } }';
const FINE = { books: [{ title: 'Emma', rating: 5 }] };
const WITHOUT = { books: [{ title: 'Emma', rating: null }] };
const UNAVAILABLE = [{ path: ['books', 0, 'rating'], extensions: { code: 'SERVICE_UNAVAILABLE' } }];
const LATE = [{ path: ['books', 0, 'rating'], extensions: { code: 'TIMEOUT' } }];

const libraries: Library[] = [];
afterEach(async () => {
  await Promise.all(libraries.splice(0).map((library) => library.close()));
});

async function aLibrary(settings: Record<string, string> = {}): Promise<Library> {
  const library = await startLibrary(settings);
  libraries.push(library);
  return library;
}

async function metricsOf({ gateway }: Library): Promise<string> {
  return (await fetch(gateway.url.replace('/graphql', '/metrics'))).text();
}

/** The sum over all other labels. */
async function metric(library: Library, name: string, labels: string): Promise<number> {
  const lines = (await metricsOf(library)).split('\n').filter((line) => line.startsWith(`${name}{`));
  const found = lines.filter((line) => labels.split(',').every((label) => line.includes(label)));
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const hang = () => {};

/** What the reviews answer to it. */
const ENTITIES = '{"data":{"_entities":[{"__typename":"Book","rating":5}]}}';

describe('a subgraph whose connections break', () => {
  it('is asked once more by a read', async () => {
    const library = await aLibrary();
    let times = 0;
    library.reviews.misbehave = (response) => {
      times += 1;
      return times > 1 || response.destroy();
    };
    const { data, errors } = await library.client().query(RATINGS);
    expect([data, errors]).toEqual([FINE, undefined]);
    expect(library.reviews.requests).toHaveLength(2);
    expect(await metric(library, 'gateway_subgraph_retries_total', 'subgraph="reviews"')).toBe(1);
  });

  it('is asked once more only', async () => {
    const library = await aLibrary();
    library.reviews.misbehave = (response) => response.destroy();
    const { data, errors } = await library.client().query(RATINGS);
    expect(data).toEqual(WITHOUT);
    expect(errors).toMatchObject(UNAVAILABLE);
    expect(library.reviews.requests).toHaveLength(2);
  });

  it('is not asked again once a part of the answer has come', async () => {
    const library = await aLibrary();
    library.reviews.misbehave = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"data":{"_entities":[', () => response.destroy());
    };
    const { data, errors } = await library.client().query(RATINGS);
    expect(data).toEqual(WITHOUT);
    expect(errors).toMatchObject(UNAVAILABLE);
    expect(library.reviews.requests).toHaveLength(1);
  });

  it('never gets a mutation twice, and nobody is told that it was not done', async () => {
    const library = await aLibrary();
    library.books.misbehave = (response) => response.destroy();
    const { errors } = await library.client().query('mutation { lend(bookId: "b1") }');
    expect(errors).toMatchObject([{ path: ['lend'], extensions: { code: 'TIMEOUT' } }]);
    expect(library.books.requests).toHaveLength(1);
  });

  it('does not get many requests more than usual', async () => {
    const library = await aLibrary({ BREAKER_MIN_REQUESTS: '1000', SUBGRAPH_RETRY_PERCENT: '20' });
    library.reviews.misbehave = (response) => response.destroy();
    for (let i = 0; i < 50; i += 1) await library.client().query(RATINGS);
    // Ten that were saved up, and a fifth of fifty.
    expect(library.reviews.requests.length).toBeLessThanOrEqual(50 + 10 + 10);
  });

  it('does not get a mutation again that could not be delivered', async () => {
    const library = await aLibrary();
    await library.books.close();
    const { errors } = await library.client().query('mutation { lend(bookId: "b1") }');
    expect(errors).toMatchObject([{ path: ['lend'], extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    expect(library.books.requests).toHaveLength(0);
  });
});

describe('a subgraph that hangs', () => {
  it('is waited for as long as is said for it', async () => {
    const library = await aLibrary({ SUBGRAPH_TIMEOUT_MS: '60000', SUBGRAPH_TIMEOUTS: 'reviews=200' });
    library.reviews.misbehave = hang;
    const { data, errors } = await library.client().query(RATINGS);
    expect(data).toEqual(WITHOUT);
    expect(errors).toMatchObject(LATE);
  });

  it('is waited for no longer than the operation lasts', async () => {
    const library = await aLibrary({ SUBGRAPH_TIMEOUT_MS: '60000', OPERATION_TIMEOUT_MS: '300' });
    library.reviews.misbehave = hang;
    const { data, errors } = await library.client().query(RATINGS);
    expect(data).toEqual(WITHOUT);
    expect(errors).toMatchObject(LATE);
    // The time was the operation's: it says nothing of the subgraph.
    expect(await metric(library, 'gateway_subgraph_fetch_duration_seconds_count', 'outcome="deadline"')).toBe(1);
  });

  it('in the middle of its answer is given up too', async () => {
    const library = await aLibrary({ SUBGRAPH_TIMEOUT_MS: '300' });
    library.reviews.misbehave = (response) => void response.writeHead(200).write('{"data":');
    const { data, errors } = await library.client().query(RATINGS);
    expect(data).toEqual(WITHOUT);
    expect(errors).toMatchObject(LATE);
  });

  it('is not asked any more for a while, and then is as soon as it is back', async () => {
    const library = await aLibrary({ SUBGRAPH_TIMEOUT_MS: '200', BREAKER_MIN_REQUESTS: '4', BREAKER_OPEN_MS: '2000' });
    library.reviews.misbehave = hang;
    const client = library.client();
    const first = await Promise.all([1, 2, 3, 4].map(() => client.query(RATINGS)));
    for (const { errors } of first) expect(errors).toMatchObject(LATE);
    expect(await metric(library, 'gateway_subgraph_breaker_state', 'subgraph="reviews"')).toBe(2);

    const { data, errors } = await client.query(RATINGS);
    expect(data).toEqual(WITHOUT);
    expect(errors).toMatchObject(UNAVAILABLE);
    expect(library.reviews.requests).toHaveLength(4);

    library.reviews.misbehave = null;
    await eventually(async () => expect((await client.query(RATINGS)).data).toEqual(FINE));
    expect(await metric(library, 'gateway_subgraph_breaker_state', 'subgraph="reviews"')).toBe(0);
  });
});

describe('a subgraph that is down', () => {
  it('is asked again as soon as it is back', async () => {
    const library = await aLibrary({ BREAKER_MIN_REQUESTS: '4', BREAKER_OPEN_MS: '200' });
    const client = library.client();
    await library.reviews.close();
    for (let i = 0; i < 4; i += 1) expect((await client.query(RATINGS)).data).toEqual(WITHOUT);
    expect(await metric(library, 'gateway_subgraph_breaker_state', 'subgraph="reviews"')).toBe(2);
    const port = Number(new URL(library.reviews.url).port);
    library.reviews = await startSubgraph(REVIEWS_SDL, reviewsResolvers(library.shelf), port);
    await eventually(async () => expect((await client.query(RATINGS)).data).toEqual(FINE));
  });

  it('is one whose proxy says so', async () => {
    const library = await aLibrary({ BREAKER_MIN_REQUESTS: '2', BREAKER_OPEN_MS: '60000' });
    library.reviews.misbehave = (response) => response.writeHead(503).end('<html>no upstream</html>');
    for (let i = 0; i < 3; i += 1) {
      expect((await library.client().query(RATINGS)).errors).toMatchObject(UNAVAILABLE);
    }
    expect(library.reviews.requests).toHaveLength(2);
  });
});

describe('a subgraph that is asked too much', () => {
  it('gets so many requests at once, then others in turn; those who would wait for long are refused at once', async () => {
    const library = await aLibrary({ SUBGRAPH_CONNECTIONS: '1', SUBGRAPH_QUEUE: '1' });
    const gate = aGate();
    library.reviews.misbehave = (response) => void gate.opened.then(() => response.end(ENTITIES));
    const client = library.client();
    const first = client.query(RATINGS);
    await eventually(() => expect(library.reviews.requests).toHaveLength(1));
    const second = client.query(RATINGS);
    await eventually(async () =>
      expect(await metric(library, 'gateway_subgraph_queue_length', 'subgraph="reviews"')).toBe(1),
    );
    const third = await client.query(RATINGS);
    expect(third.data).toEqual(WITHOUT);
    expect(third.errors).toMatchObject(UNAVAILABLE);
    expect(await metric(library, 'gateway_subgraph_requests_in_flight', 'subgraph="reviews"')).toBe(1);

    gate.open();
    expect((await first).data).toEqual(FINE);
    expect((await second).data).toEqual(FINE);
    expect(library.reviews.requests).toHaveLength(2);
  });

  it('is believed so much and no more', async () => {
    const library = await aLibrary({ SUBGRAPH_MAX_ANSWER_BYTES: '2048' });
    library.reviews.misbehave = (response) => response.end(ENTITIES + ' '.repeat(1_000_000));
    const { data, errors } = await library.client().query(RATINGS);
    expect(data).toEqual(WITHOUT);
    expect(errors).toMatchObject(UNAVAILABLE);
    expect(library.reviews.requests).toHaveLength(1);
  });
});

describe('a client that goes away', () => {
  it('takes its reads with it', async () => {
    const library = await aLibrary();
    let isGivenUp = false;
    library.reviews.misbehave = (response) => void response.once('close', () => (isGivenUp = true));
    const leave = ask(library, RATINGS);
    await eventually(() => expect(library.reviews.requests).toHaveLength(1));
    leave();
    await eventually(() => expect(isGivenUp).toBe(true));
    await eventually(async () =>
      expect(await metric(library, 'gateway_subgraph_fetch_duration_seconds_count', 'outcome="abandoned"')).toBe(1),
    );
  });

  it('leaves its mutations to be done', async () => {
    const library = await aLibrary();
    const gate = aGate();
    let isGivenUp = false;
    library.books.misbehave = (response) => {
      response.once('close', () => (isGivenUp = !response.writableFinished));
      void gate.opened.then(() => response.end('{"data":{"lend":"done"}}'));
    };
    const leave = ask(library, 'mutation { lend(bookId: "b1") }');
    await eventually(() => expect(library.books.requests).toHaveLength(1));
    leave();
    // By the time these are answered the gateway knows.
    for (let i = 0; i < 5; i += 1) await metricsOf(library);
    gate.open();
    await eventually(async () =>
      expect(await metric(library, 'gateway_subgraph_fetch_duration_seconds_count', 'outcome="answered"')).toBe(1),
    );
    expect(isGivenUp).toBe(false);
  });
});

describe('identical reads at the same time', () => {
  it.each([
    ['off', 2],
    ['viewer', 1],
  ])('are, with SHARE_READS=%s, sent so many times: %i', async (setting, times) => {
    const library = await aLibrary({ SHARE_READS: setting });
    await library.client().query(RATINGS);
    library.reviews.requests.length = 0;
    const gate = aGate();
    library.reviews.misbehave = (response) => void gate.opened.then(() => response.end(ENTITIES));
    const first = library.client().query(RATINGS);
    await eventually(() => expect(library.reviews.requests).toHaveLength(1));
    const second = library.client().query(RATINGS);
    // By the time these are answered the second is under way too.
    for (let i = 0; i < 5; i += 1) await metricsOf(library);
    gate.open();
    for (const { data } of await Promise.all([first, second])) expect(data).toEqual(FINE);
    expect(library.reviews.requests).toHaveLength(times);
  });
});

function aGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Sends an operation on a connection of its own; the function it gives closes that. */
function ask({ gateway }: Library, query: string): () => void {
  const asking = request(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
  });
  asking.once('error', () => {});
  asking.end(JSON.stringify({ query }));
  return () => void asking.destroy();
}
