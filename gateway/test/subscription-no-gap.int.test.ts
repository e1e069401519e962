import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadConfig } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { gatewaySettings, type RunningGateway, startGateway } from '../src/index.ts';
import { type BookStream, openStream } from './library/events.ts';
import { followOverWebSocket, type Told } from './library/recipes.ts';
import { type Library, startLibrary } from './library/start-library.ts';

const EVENTS = 1_000;
const CLIENTS = 8;

let servers: TestServers;
let stream: BookStream;
let library: Library;
const gateways: RunningGateway[] = [];

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  stream = await openStream(servers.nats.url);
  await stream.create();
  library = await startLibrary({ NATS_URL: servers.nats.url });
  gateways.push(await aGateway(), await aGateway());
}, 180_000);
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await library.close();
  await stream.close();
  await servers.close();
});

async function aGateway(): Promise<RunningGateway> {
  const env = { SUPERGRAPH_PATH: library.supergraphPath, PORT: '0', LOG_LEVEL: 'silent', NATS_URL: servers.nats.url };
  return startGateway(loadConfig(gatewaySettings, env));
}

const oneOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T;

function aFaithfulClient() {
  const told: string[] = [];
  const problems: unknown[] = [];
  let socket: WebSocket | null = null;
  const client = createClient({
    url: () => oneOf(gateways).url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => pause(20 + Math.random() * 100),
    shouldRetry: () => true,
    on: {
      connected: (connected) => {
        socket = connected as WebSocket;
      },
    },
  });
  const request = { query: 'subscription { bookReturned { returnedAt } }' };
  let cursor: string | undefined;
  function follow(): void {
    const tell = ({ data, errors, extensions }: Told) => {
      cursor = extensions?.cursor ?? cursor;
      if (data) told.push((data.bookReturned as { returnedAt: string }).returnedAt);
      else problems.push(errors);
    };
    followOverWebSocket(client, { ...request, cursor }, tell, (error) => {
      // Refused while NATS is away: nothing is lost by asking again.
      if (JSON.stringify(error).includes('SERVICE_UNAVAILABLE')) setTimeout(follow, 50);
      else problems.push(error);
    });
  }
  follow();
  return { told, problems, disconnect: () => socket?.terminate(), close: () => client.dispose() };
}

it('nobody misses an event or gets one twice, whoever is restarted meanwhile', async () => {
  const clients = Array.from({ length: CLIENTS }, aFaithfulClient);
  const tell = (number: number) =>
    eventually(
      () => stream.publish('book.returned.b1', { bookId: 'b1', returnedAt: `${number}` }, { id: `e${number}` }),
      {
        timeoutMs: 20_000,
      },
    );
  // Until it has had its first event, a client has no cursor to come back with.
  let first = 0;
  await eventually(async () => {
    await tell(--first);
    for (const { told } of clients) expect(told.length).toBeGreaterThan(0);
  });
  await eventually(() => {
    for (const { told } of clients) expect(told.at(-1)).toBe(`${first}`);
  });
  for (const { told } of clients) told.length = 0;

  const restartNats = () => servers.nats.stop().then(() => servers.nats.start());
  const faults = new Map<number, () => Promise<unknown>>([
    [150, restartNats],
    [300, async () => gateways.push(await aGateway())],
    [350, async () => gateways.shift()?.close()],
    [600, restartNats],
    [800, async () => gateways.shift()?.close()],
  ]);
  const under: Promise<unknown>[] = [];
  for (let number = 1; number <= EVENTS; number += 1) {
    const fault = faults.get(number);
    if (fault) under.push(fault());
    if (Math.random() < 0.05) oneOf(clients).disconnect();
    await tell(number);
  }
  await Promise.all(under);

  const all = Array.from({ length: EVENTS }, (_, i) => `${i + 1}`);
  for (const { told, problems } of clients) {
    await eventually(() => expect(told.length).toBeGreaterThanOrEqual(EVENTS), { timeoutMs: 30_000 });
    expect(problems).toEqual([]);
    expect(told).toEqual(all);
  }
  for (const client of clients) await client.close();
}, 180_000);
