import type { WebSocket } from 'ws';
import type { Pace } from './pacing.ts';
import type { TransportSocket } from './transport-ws.ts';

/** So much may wait in a socket; then its client is given time to take it. */
const HIGH_WATER_BYTES = 64 * 1024;
/** A client that does not answer a close frame is not waited for. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A socket that says when it can take no more, and that leaves others their turn. */
export function pacedSocket(socket: WebSocket, pace: Pace): TransportSocket {
  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return undefined;
      if (socket.bufferedAmount < HIGH_WATER_BYTES) {
        socket.send(text);
        return pace();
      }
      return new Promise((resolve) => {
        // An error is followed by a close, which ends whatever waits here.
        socket.send(text, () => resolve());
      });
    },
    close(code, reason) {
      socket.close(code, reason);
      setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
    },
  };
}
