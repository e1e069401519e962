import type { WebSocket } from 'ws';

/** Asks a client now and then whether it is there, and gives it up when it has not said so before the next time. */
export function keepAlive(socket: WebSocket, everyMs: number): void {
  let isThere = true;
  socket.on('pong', () => {
    isThere = true;
  });
  const timer = setInterval(() => {
    if (!isThere) return socket.terminate();
    isThere = false;
    socket.ping();
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
