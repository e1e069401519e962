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
export class PacedSocket implements TransportSocket {
  readonly #socket: WebSocket;
  readonly #connection: Duplex;
  readonly #pace: Pace;

  constructor(socket: WebSocket, connection: Duplex, pace: Pace) {
    this.#socket = socket;
    this.#connection = connection;
    this.#pace = pace;
  }

  send(text: string): void {
    if (!this.#isOpen()) return;
    this.#socket.send(text);
    this.#listenLater();
  }

  next(id: string, answer: Buffer): Promise<void> | undefined {
    if (!this.#isOpen()) return undefined;
    const frame = nextFrame(id, answer);
    if (this.#connection.writableLength >= HIGH_WATER_BYTES) {
      // An error is followed by a close, which ends whatever waits here.
      return new Promise((resolve) => this.#write(frame, () => resolve()));
    }
    this.#write(frame);
    return this.#pace();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #write([head, end]: readonly Buffer[], written?: () => void): void {
    const connection = this.#connection;
    if (end === undefined) return void connection.write(head, written);
    connection.cork();
    connection.write(head);
    connection.write(end, written);
    connection.uncork();
  }

  #listenLater(): void {
    const socket = this.#socket;
    if (socket.isPaused || this.#connection.writableLength < UNREAD_BYTES) return;
    socket.pause();
    this.#connection.once('drain', () => socket.resume());
  }
}
