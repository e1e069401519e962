import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
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
  library = await startLibrary({ NATS_URL: servers.nats.url, JWKS_URL: tokens.jwksUrl });
  await eventually(async () => expect((await readyz()).status).toBe(200));
});
afterEach(async () => {
  for (const subscriber of subscribers.splice(0)) await subscriber.client.dispose();
  await eventually(async () => expect(await openSubscriptions(library.gateway)).toBe(0));
});
afterAll(async () => {
  await library.close();
  await stream.close();
  await tokens.close();
  await servers.close();
});

const RETURNED = `subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt book { id title rating } } }`;
const RETURNED_PLAIN = 'subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt book { id } } }';

const readyz = () => fetch(library.gateway.url.replace('/graphql', '/readyz'));

function join(...[query, options]: [string, Parameters<typeof subscribe>[2]?]): Subscriber {
  const subscriber = subscribe(library.gateway.url, query, options);
  subscribers.push(subscriber);
  return subscriber;
}

async function joined(...args: Parameters<typeof join>): Promise<Subscriber> {
  const before = await openSubscriptions(library.gateway);
  const subscriber = join(...args);
  await eventually(async () => expect(await openSubscriptions(library.gateway)).toBe(before + 1));
  return subscriber;
}

describe('a subscription', () => {
  it('gets events with what they do not say fetched from two subgraphs', async () => {
    const subscriber = await joined(RETURNED, { variables: { id: 'b1' } });
    await stream.publish('book.returned.b2', { bookId: 'b2', returnedAt: 'monday' });
    await stream.publish('book.returned.b1', { bookId: 'b1', returnedAt: 'tuesday' });
    await eventually(() => expect(subscriber.results).toHaveLength(1));
    expect(subscriber.results).toEqual([
      {
        data: { bookReturned: { returnedAt: 'tuesday', book: { id: 'b1', title: 'Emma', rating: 5 } } },
        extensions: { eventId: expect.any(String), cursor: expect.any(String) },
      },
    ]);
  });

  it('asks no subgraph for what the event says', async () => {
    library.books.requests.length = 0;
    const subscriber = await joined(RETURNED_PLAIN, { variables: { id: 'b9' } });
    // What was there before it came is asked for first.
    await eventually(() => expect(library.books.requests).toHaveLength(1));
    library.books.requests.length = 0;
    await stream.publish('book.returned.b9', { bookId: 'b9', returnedAt: 'monday' });
    await eventually(() => expect(subscriber.results).toHaveLength(1));
    expect(library.books.requests).toEqual([]);
  });

  it('without the nullable argument gets the events of all', async () => {
    const subscriber = await joined(RETURNED_PLAIN);
    await stream.publish('book.returned.b1', { bookId: 'b1', returnedAt: 'monday' });
    await stream.publish('book.returned.b2', { bookId: 'b2', returnedAt: 'tuesday' });
    await eventually(() => expect(subscriber.results).toHaveLength(2));
  });

  it('that comes late is told the current state at once, and nothing twice', async () => {
    library.shelf.returnedAt.set('b1', 'sunday');
    await stream.publish('book.returned.b1', { bookId: 'b1', returnedAt: 'sunday' });
    const subscriber = await joined(RETURNED, { variables: { id: 'b1' } });
    await eventually(() => expect(subscriber.results).toHaveLength(1));
    await stream.publish('book.returned.b1', { bookId: 'b1', returnedAt: 'monday' });
    await eventually(() => expect(subscriber.results).toHaveLength(2));
    expect(subscriber.results.map(({ data }) => data?.bookReturned)).toMatchObject([
      { returnedAt: 'sunday', book: { rating: 5 } },
      { returnedAt: 'monday', book: { rating: 5 } },
    ]);
    library.shelf.returnedAt.clear();
  });

  it('keeps the viewer’s own events for the viewer', async () => {
    const params = { Authorization: `Bearer ${await tokens.mint({ userId: 'u1' })}` };
    const subscriber = await joined('subscription { noticeForMe { text } }', { params });
    await stream.publish('book.notice.u2', { text: 'not yours' });
    await stream.publish('book.notice.u1', { text: 'yours' });
    await eventually(() => expect(subscriber.results).toHaveLength(1));
    expect(subscriber.results).toMatchObject([{ data: { noticeForMe: { text: 'yours' } } }]);
  });

  it('shares one consumer, which goes with the last of a quiet stream', async () => {
    const consumersBefore = await stream.consumers();
    const first = await joined(RETURNED_PLAIN, { variables: { id: 'b1' } });
    const second = await joined(RETURNED_PLAIN, { variables: { id: 'b2' } });
    expect(await stream.consumers()).toBe(consumersBefore + 1);
    first.leave();
    second.leave();
    await eventually(async () => expect(await stream.consumers()).toBe(consumersBefore));
  });

  it('carries queries and mutations too', async () => {
    const subscriber = join('{ book(id: "b1") { title rating } }');
    await eventually(() => expect(subscriber.results).toEqual([{ data: { book: { title: 'Emma', rating: 5 } } }]));
  });

  it('stays open while NATS is away, and misses nothing', async () => {
    const subscriber = await joined(RETURNED_PLAIN, { variables: { id: 'b1' } });
    await servers.nats.stop();
    await eventually(async () => {
      const answer = await readyz();
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ degraded: { nats: 'NATS is away' } });
    });
    await servers.nats.start();
    await eventually(() => stream.publish('book.returned.b1', { bookId: 'b1', returnedAt: 'friday' }), {
      timeoutMs: 10_000,
    });
    await eventually(() => expect(subscriber.results.length).toBeGreaterThan(0), { timeoutMs: 20_000 });
    expect(subscriber.results[0]).toMatchObject({
      data: { bookReturned: { returnedAt: 'friday', book: { id: 'b1' } } },
    });
  });
});

describe('a subscription is refused', () => {
  const refusal = async (...args: Parameters<typeof join>) => {
    const subscriber = join(...args);
    await eventually(() => expect(subscriber.errors).toHaveLength(1));
    return subscriber.errors[0];
  };

  it.each(['*', '>', 'b1.b2', 'b 1', ''])(
    'for an argument that means more than itself in a subject: "%s"',
    async (id) => {
      expect(await refusal(RETURNED_PLAIN, { variables: { id } })).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', field: 'bookId' } },
      ]);
    },
  );

  it('for a viewer’s events without a token', async () => {
    expect(await refusal('subscription { noticeForMe { text } }')).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  it('when the current state it needs is not there for this viewer', async () => {
    const params = { authorization: `Bearer ${await tokens.mint({ userId: 'u1' })}` };
    const query = 'subscription { loanChanged(bookId: "b1") { until } }';
    expect(await refusal(query, { params })).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('when reading the current state fails, with the trace id to find it by and nothing from inside', async () => {
    library.shelf.returnedAt.set('lost', '2026-01-01');
    const params = { authorization: `Bearer ${await tokens.mint({ userId: 'u1' })}` };
    const query = 'subscription { loanChanged(bookId: "lost") { until book { title } } }';
    const errors = await refusal(query, { params });
    library.shelf.returnedAt.delete('lost');
    const extensions = { code: 'INTERNAL_SERVER_ERROR', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) };
    expect(errors).toMatchObject([{ message: 'Something went wrong on our side.', extensions }]);
  });

  it('when the document is not valid', async () => {
    expect(await refusal('subscription { nothing }')).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('when a variable decides whether there is anything to subscribe to', async () => {
    const query = 'subscription ($no: Boolean = true) { noticeForMe @skip(if: $no) { text } }';
    expect(await refusal(query)).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  it('for a field that has no events', async () => {
    expect(await refusal('subscription { unheard }')).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  });

  it.each<unknown>(['Bearer not.a.token', '', 5, {}])('with the socket, for the token %j', async (authorization) => {
    const { closed } = join(RETURNED_PLAIN, { params: { authorization } });
    await eventually(() => expect(closed).toMatchObject([{ code: 4403 }]));
  });
});

it('is not ready until every declared stream has been there; one that is lost later is said to be', async () => {
  const others = await startTestServers({ nats: true });
  const other = await startLibrary({ NATS_URL: others.nats.url });
  const theirs = await openStream(others.nats.url);
  const missing = { streams: 'the stream BOOKS does not exist' };
  const report = async () => {
    const answer = await fetch(other.gateway.url.replace('/graphql', '/readyz'));
    return { status: answer.status, ...(await answer.json()) };
  };
  await eventually(async () => expect(await report()).toMatchObject({ status: 503, reasons: missing }));
  await theirs.create();
  await eventually(async () => expect(await report()).toMatchObject({ status: 200, degraded: {} }));
  await theirs.lose();
  await eventually(async () => expect(await report()).toMatchObject({ status: 200, degraded: missing }));
  await theirs.create();
  await eventually(async () => expect((await report()).degraded).toEqual({}));
  await theirs.close();
  await other.close();
  await others.close();
});
