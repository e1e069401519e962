import { connect, type Socket } from 'node:net';

/** Where a server is. */
export interface Address {
  host: string;
  port: number;
}

/**
 * Opens a connection to MySQL that fails with ETIMEDOUT, as if by the network, when nothing has come or gone on it for
 * `silenceMs`: then so does the statement under way. By itself it would wait for a server that vanished until the
 * kernel gives up (15 minutes), or for ever when nothing is left to send, and keep its place in the pool.
 */
export function impatientSocket({ host, port }: Address, silenceMs: number): Socket {
  const socket = connect(port, host);
  const silence = Object.assign(new Error(`MySQL has not answered for ${silenceMs} ms.`), { code: 'ETIMEDOUT' });
  return socket.setNoDelay(true).setTimeout(silenceMs, () => socket.destroy(silence));
}
