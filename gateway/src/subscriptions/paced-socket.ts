import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { nextFrame } from './next-frame.ts';
import type { Pace } from './pacing.ts';
import type { TransportSocket } from './transport-ws.ts';

/** So much may wait in a socket; then its client is given time to take it. */
const HIGH_WATER_BYTES = 64 * 1024;

/** With so much waiting, its client is not listened to: what it asks for next would wait as well. */
const UNREAD_BYTES = 1024 * 1024;

/**
 * A socket that says when it can take no more, and that leaves others their turn. Answers go past ws to the connection below:
 * ws would make a frame of two parts for each client, which costs more than all else, and compresses nothing here that
 * would have to be kept in order.
 */
export function pacedSocket(socket: WebSocket, connection: Duplex, pace: Pace): TransportSocket {
  const isFull = () => connection.writableLength >= HIGH_WATER_BYTES;

  function write([head, end]: readonly Buffer[], written?: () => void): void {
    if (end === undefined) return void connection.write(head, written);
    connection.cork();
    connection.write(head);
    connection.write(end, written);
    connection.uncork();
  }

  function listenLater(): void {
    if (socket.isPaused || connection.writableLength < UNREAD_BYTES) return;
    socket.pause();
    connection.once('drain', () => socket.resume());
  }

  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(text);
      listenLater();
    },
    next(id, answer) {
      if (socket.readyState !== socket.OPEN) return undefined;
      const frame = nextFrame(id, answer);
      if (isFull()) {
        // An error is followed by a close, which ends whatever waits here.
        return new Promise((resolve) => write(frame, () => resolve()));
      }
      write(frame);
      return pace();
    },
    close(code, reason) {
      socket.close(code, reason);
    },
  };
}
