import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { WebSocket, WebSocketServer } from 'ws';
import { PacedSocket } from './paced-socket.ts';
import type { TransportSocket } from './transport-ws.ts';

const http = createServer();
const server = new WebSocketServer({ server: http });

beforeAll(async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterAll(() => {
  for (const socket of server.clients) socket.terminate();
  http.close();
});

/** Both ends of a connection. */
async function aConnection(): Promise<{ paced: TransportSocket; client: WebSocket; messages: string[] }> {
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const messages: string[] = [];
  client.on('message', (data) => messages.push(String(data)));
  const opened = once(client, 'open');
  const [socket, request] = (await once(server, 'connection')) as [WebSocket, IncomingMessage];
  await opened;
  return { paced: new PacedSocket(socket, request.socket, () => undefined), client, messages };
}

const answerOf = (length: number) => Buffer.from(`{"data":"${'é'.repeat(length)}"}}`);

describe('a paced socket', () => {
  it('sends answers of any length, each under its own id, in their order among everything else', async () => {
    const { paced, messages } = await aConnection();
    const lengths = [0, 20, 40, 1_000, 2_040, 2_060, 32_000, 33_000, 100_000];
    for (const length of lengths) {
      paced.next(JSON.stringify(`"${length}" é`), answerOf(length));
      paced.send(`after ${length}`);
    }
    await eventually(() => expect(messages).toHaveLength(2 * lengths.length));
    const told = lengths.flatMap((length) => [
      JSON.stringify({ id: `"${length}" é`, type: 'next', payload: { data: 'é'.repeat(length) } }),
      `after ${length}`,
    ]);
    expect(messages).toEqual(told);
  });

  it('waits for a client that takes nothing, until it does', async () => {
    const { paced, client, messages } = await aConnection();
    const answer = answerOf(50_000);
    client.pause();
    let sent = 0;
    let waiting: Promise<void> | undefined;
    for (; waiting === undefined; sent += 1) waiting = paced.next('"1"', answer);
    client.resume();
    await waiting;
    await eventually(() => expect(messages).toHaveLength(sent));
  });

  it('does not listen to a client that reads no answers, until it does', async () => {
    const { paced, client, messages } = await aConnection();
    const [socket] = [...server.clients].slice(-1);
    socket?.on('message', (text) => paced.send(String(text)));
    client.pause();
    let said = 0;
    await eventually(() => {
      for (let n = 0; n < 50; n += 1) client.send('x'.repeat(50_000));
      said += 50;
      expect(socket?.isPaused).toBe(true);
    });
    client.resume();
    await eventually(() => expect(messages).toHaveLength(said));
    expect(socket?.isPaused).toBe(false);
  });

  it('lets go of a client that leaves while it is not listened to', async () => {
    const { paced, client } = await aConnection();
    const [socket] = [...server.clients].slice(-1);
    client.pause();
    await eventually(() => {
      paced.send('x'.repeat(1_000_000));
      expect(socket?.isPaused).toBe(true);
    });
    client.terminate();
    await eventually(() => expect(socket?.readyState).toBe(WebSocket.CLOSED));
  });

  it('sends nothing to who has gone', async () => {
    const { paced, client, messages } = await aConnection();
    const [socket] = [...server.clients].slice(-1);
    client.terminate();
    await eventually(() => expect(socket?.readyState).toBe(WebSocket.CLOSED));
    expect(paced.next('"1"', answerOf(1))).toBeUndefined();
    expect(messages).toEqual([]);
  });
});
