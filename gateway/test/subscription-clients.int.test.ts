import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { Client as UrqlClient } from '@urql/core';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type BookStream, openStream } from './library/events.ts';
import { followOverWebSocket, resumingExchange, resumingLink, type Told } from './library/recipes.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let servers: TestServers;
let stream: BookStream;
let library: Library;

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  stream = await openStream(servers.nats.url);
  await stream.create();
  library = await startLibrary({ NATS_URL: servers.nats.url });
  await eventually(async () => expect((await fetch(at('/readyz'))).status).toBe(200));
});
afterAll(async () => {
  await library.close();
  await stream.close();
  await servers.close();
});

const QUERY = 'subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt } }';
const at = (path: string) => library.gateway.url.replace('/graphql', path);

const openNow = (count: number) =>
  eventually(async () => {
    const [, open] = /^gateway_subscriptions_open\{.*\} (\d+)$/m.exec(await (await fetch(at('/metrics'))).text()) ?? [];
    expect(Number(open ?? 0)).toBe(count);
  });

/** A connection that breaks when a test says so, and comes back when it says so. */
function aFragileConnection() {
  let socket: WebSocket | null = null;
  let mayComeBack = () => {};
  const client = createClient({
    url: library.gateway.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => new Promise((resolve) => (mayComeBack = resolve)),
    on: { connected: (connected) => (socket = connected as WebSocket) },
  });
  return { client, breakOff: () => socket?.terminate(), comeBack: () => mayComeBack() };
}

type Follow = (client: SocketClient, id: string, tell: (told: Told) => void, failed: (error: unknown) => void) => void;

const throughGraphqlWs: Follow = (client, id, tell, failed) => {
  followOverWebSocket(client, { query: QUERY, variables: { id } }, tell, failed);
};

const throughApollo: Follow = (client, id, next, error) => {
  const link = ApolloLink.from([resumingLink, new GraphQLWsLink(client)]);
  const apollo = new ApolloClient({ link, cache: new InMemoryCache() });
  apollo.subscribe<Record<string, unknown>>({ query: gql(QUERY), variables: { id } }).subscribe({ next, error });
};

const throughUrql: Follow = (client, id, tell, failed) => {
  const urql = new UrqlClient({ url: library.gateway.url, exchanges: [resumingExchange(client)] });
  urql.subscription(QUERY, { id }).subscribe((result) => (result.error ? failed(result.error) : tell(result)));
};

it.each([
  ['graphql-ws', throughGraphqlWs],
  ['Apollo Client', throughApollo],
  ['urql', throughUrql],
])(
  '%s, used as docs/subscriptions.md shows, comes back from a broken connection without a gap or a repetition',
  async (name, follow) => {
    const id = name.replace(' ', '-');
    const told: unknown[] = [];
    const problems: unknown[] = [];
    const { client, breakOff, comeBack } = aFragileConnection();
    const returned = (day: string) => stream.publish(`book.returned.${id}`, { bookId: id, returnedAt: day });
    follow(
      client,
      id,
      ({ data }) => told.push((data as { bookReturned: { returnedAt: string } }).bookReturned.returnedAt),
      (problem) => problems.push(problem),
    );
    await openNow(1);
    const days = ['monday', 'tuesday', 'wednesday', 'thursday'];
    for (const day of days.slice(0, 2)) await returned(day);
    await eventually(() => expect(told).toEqual(days.slice(0, 2)));
    breakOff();
    await openNow(0);
    await returned('wednesday');
    comeBack();
    await openNow(1);
    await returned('thursday');
    await eventually(() => expect(told).toEqual(days));
    expect(problems).toEqual([]);
    await client.dispose();
    await openNow(0);
  },
);
