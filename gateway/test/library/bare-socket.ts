import { once } from 'node:events';
import { eventually } from '@shop/testkit';
import { WebSocket } from 'ws';

/** A socket that does nothing by itself. */
export interface BareSocket {
  socket: WebSocket;
  /** What the server has said, the acknowledgement first. */
  said: string[];
  /** The codes it was closed with. */
  closed: number[];
  subscribe(id: string, payload: object): void;
  /** Brings another token. */
  ping(payload: object): void;
}

/** Resolves once the server has said something, if only goodbye. */
export async function openBareSocket({ url }: { url: string }, params: object): Promise<BareSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const said: string[] = [];
  const closed: number[] = [];
  socket.on('message', (text) => said.push(String(text)));
  socket.on('close', (code) => closed.push(code));
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init', payload: params });
  await eventually(() => {
    if (said.length + closed.length === 0) throw new Error('The server says nothing.');
  });
  return {
    socket,
    said,
    closed,
    subscribe: (id, payload) => send({ id, type: 'subscribe', payload }),
    ping: (payload) => send({ type: 'ping', payload }),
  };
}
