import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { WebSocket, WebSocketServer } from 'ws';
import { createHeartbeat } from './heartbeat.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });

beforeAll(async () => {
  if (server.address() === null) await once(server, 'listening');
});
afterAll(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

async function aConnection({ answers }: { answers: boolean }) {
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new WebSocket(url, { autoPong: answers });
  const asked: number[] = [];
  client.on('ping', () => asked.push(performance.now()));
  const opened = once(client, 'open');
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  await opened;
  return { socket, client, asked };
}

it('each client is asked time and again, and one that does not answer is given up', async () => {
  const heartbeat = createHeartbeat(250);
  const there = await aConnection({ answers: true });
  const silent = await aConnection({ answers: false });
  const removed = await aConnection({ answers: false });
  for (const { socket } of [there, silent, removed]) heartbeat.add(socket);
  heartbeat.remove(removed.socket);
  await eventually(() => expect(silent.client.readyState).toBe(WebSocket.CLOSED));
  await eventually(() => expect(there.asked.length).toBeGreaterThan(2));
  expect(silent.asked).toHaveLength(1);
  expect(removed.asked).toEqual([]);
  heartbeat.stop();
});
