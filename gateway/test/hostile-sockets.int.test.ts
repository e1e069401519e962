import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { type BareSocket, openBareSocket } from './library/bare-socket.ts';
import { type BookStream, openStream } from './library/events.ts';
import { metricOf, openSubscriptions } from './library/metrics.ts';
import { type Library, startLibrary } from './library/start-library.ts';

let servers: TestServers;
let stream: BookStream;
let library: Library;
const opened: BareSocket[] = [];

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  stream = await openStream(servers.nats.url);
  await stream.create();
  library = await startLibrary({ NATS_URL: servers.nats.url });
  await eventually(async () => expect((await fetch(at('/readyz'))).status).toBe(200), patience);
});
afterEach(async () => {
  for (const { socket } of opened.splice(0)) socket.terminate();
  await eventually(async () => expect(await openSubscriptions(library.gateway)).toBe(0), patience);
});
afterAll(async () => {
  await library.close();
  await stream.close();
  await servers.close();
});

const patience = { timeoutMs: 30_000 };
const RETURNED = 'subscription ($id: ID) { bookReturned(bookId: $id) { returnedAt } }';
const at = (path: string) => library.gateway.url.replace('/graphql', path);

async function connected(): Promise<BareSocket> {
  const socket = await openBareSocket(library.gateway, {});
  opened.push(socket);
  return socket;
}

/** A connection that asks for a WebSocket at a path. */
async function upgrading(path: string): Promise<Socket> {
  const socket = await connection();
  const head = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const protocol = 'Sec-WebSocket-Protocol: graphql-transport-ws';
  socket.write([`GET ${path} HTTP/1.1`, 'Host: shop', ...head, key, protocol, '', ''].join('\r\n'));
  return socket;
}

async function connection(): Promise<Socket> {
  const { hostname, port } = new URL(library.gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** A short text as a client's frame; its mask is all zeros. */
function frameOf(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0]), text]);
}

const errorsIn = ({ said }: BareSocket) =>
  said
    .map((text) => JSON.parse(text))
    .filter(({ type }) => type === 'error')
    .map(({ id, payload }) => [id, payload[0].extensions.code]);

describe('a connection that is refused', () => {
  it('may break at any time', async () => {
    for (let n = 0; n < 50; n += 1) {
      const socket = await upgrading('/nothing');
      socket.resetAndDestroy();
    }
    expect((await fetch(at('/healthz'))).status).toBe(200);
  });

  it('is not kept open for somebody who does not hang up', async () => {
    const socket = await upgrading('/nothing');
    socket.resume();
    await once(socket, 'end');
  });
});

it('a client that offers HTTP/2 as well is answered over HTTP/1.1', async () => {
  const socket = await connection();
  const body = '{"query":"{ book(id: \\"b1\\") { title } }"}';
  const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA'];
  const content = ['Content-Type: application/json', `Content-Length: ${body.length}`];
  socket.write(['POST /graphql HTTP/1.1', 'Host: shop', ...offer, ...content, '', body].join('\r\n'));
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await eventually(() => expect(answer).toContain('{"data":{"book":{"title":"Emma"}}}'), patience);
  socket.destroy();
});

describe('a socket', () => {
  it.each<[string, string | Buffer, number]>([
    ['no JSON', 'hello', 4400],
    ['bytes', Buffer.from([0, 255, 3]), 4400],
    ['null', 'null', 4400],
    ['a list', '[]', 4400],
    ['what is nested without end', '['.repeat(100_000), 4400],
    ['an operation that is no text', '{"id":"1","type":"subscribe","payload":{"query":{"a":1}}}', 4400],
    ['an id that is none', '{"id":{},"type":"subscribe","payload":{"query":"{ a }"}}', 4400],
    ['more than a message may have', 'x'.repeat(5_000_000), 1009],
  ])('that says %s is closed', async (_what, message, code) => {
    const { socket, closed } = await connected();
    socket.send(message);
    await eventually(() => expect(closed).toEqual([code]), patience);
  });

  it('is not listened to any more once the server has said goodbye', async () => {
    const socket = await upgrading('/graphql');
    const ended = once(socket, 'close');
    socket.write(frameOf({ type: 'connection_init' }));
    await eventually(async () => {
      const [chunk] = await once(socket, 'data');
      expect(String(chunk)).toContain('connection_ack');
    });
    socket.resume();
    const before = library.books.requests.length;
    const asked = { id: '1', type: 'subscribe', payload: { query: '{ books { title } }' } };
    // A second greeting is what it says goodbye for.
    socket.write(Buffer.concat([frameOf({ type: 'connection_init' }), frameOf(asked)]));
    await ended;
    expect(library.books.requests).toHaveLength(before);
  });

  it('that is closed with a code of the client’s own makes no metric of it', async () => {
    const { socket } = await connected();
    socket.close(3_999);
    const closed = (code: string) =>
      metricOf(library.gateway, new RegExp(`^gateway_sockets_closed_total\\{.*"${code}"`));
    await eventually(async () => expect(await closed('other')).toBe(1), patience);
    expect(await closed('3999')).toBe(0);
  });

  it('has no more subscriptions than it may, however many it asks for', async () => {
    const greedy = await connected();
    for (let n = 0; n < 2_000; n += 1) greedy.subscribe(`${n}`, { query: RETURNED, variables: { id: `h${n}` } });
    await eventually(() => expect(errorsIn(greedy)).toHaveLength(1_900), patience);
    expect(new Set(errorsIn(greedy).map(([, code]) => code))).toEqual(new Set(['RATE_LIMITED']));
    const other = await connected();
    other.subscribe('1', { query: RETURNED, variables: { id: 'h0' } });
    await eventually(async () => expect(await openSubscriptions(library.gateway)).toBe(101), patience);
    await stream.publish('book.returned.h0', { bookId: 'h0', returnedAt: 'monday' });
    await eventually(() => expect(other.said.at(-1)).toContain('monday'), patience);
  });

  it('leaves nothing behind of operations that were left before they began', async () => {
    const hasty = await connected();
    for (let n = 0; n < 200; n += 1) {
      hasty.subscribe('1', { query: RETURNED, variables: { id: `q${n % 7}` } });
      hasty.socket.send('{"id":"1","type":"complete"}');
    }
    hasty.subscribe('last', { query: RETURNED, variables: { id: 'q1' } });
    await eventually(async () => {
      expect(await openSubscriptions(library.gateway)).toBe(1);
      await stream.publish('book.returned.q1', { bookId: 'q1', returnedAt: 'monday' });
      expect(hasty.said.at(-1)).toContain('monday');
    }, patience);
    const ids = hasty.said.slice(1).map((text) => JSON.parse(text).id);
    expect(new Set(ids)).toEqual(new Set(['last']));
  });
});

/** What a client might make up of a cursor that it was given. */
async function forgedCursors(): Promise<Record<string, unknown>> {
  const subscriber = await connected();
  subscriber.subscribe('1', { query: RETURNED, variables: { id: 'f1' } });
  await eventually(async () => {
    await stream.publish('book.returned.f1', { bookId: 'f1', returnedAt: 'monday' });
    expect(subscriber.said.length).toBeGreaterThan(1);
  }, patience);
  const { cursor } = JSON.parse(subscriber.said.at(-1) ?? '').payload.extensions;
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  const forged = (...changed: [number, unknown][]) => {
    const copy = [...parts];
    for (const [i, value] of changed) copy[i] = value;
    return Buffer.from(JSON.stringify(copy)).toString('base64url');
  };
  return {
    'of another stream': forged([1, 'ORDERS']),
    'of a stream that is a pattern': forged([1, '>']),
    'of another version': forged([0, 2]),
    'with a sequence below zero': forged([3, -1]),
    'with half a sequence': forged([3, 1.5]),
    'with a sequence beyond all numbers': forged([3, 1e300]),
    'with a time that is none': forged([4, 'yesterday']),
    'with an id that is none': forged([5, {}]),
    'cut off': cursor.slice(0, -9),
    'that is long': 'A'.repeat(100_000),
    'that is none': { cursor },
    'that is empty': '',
  };
}

describe('a cursor', () => {
  it('that was forged is refused, and nothing else is', async () => {
    const forged = await forgedCursors();
    const forger = await connected();
    for (const [what, cursor] of Object.entries(forged)) {
      forger.subscribe(what, { query: RETURNED, variables: { id: 'f1' }, extensions: { cursor } });
    }
    const refused = Object.keys(forged).map((what) => [what, 'BAD_USER_INPUT']);
    await eventually(() => expect(errorsIn(forger).toSorted()).toEqual(refused.toSorted()), patience);
    expect(forger.closed).toEqual([]);
  });
});
