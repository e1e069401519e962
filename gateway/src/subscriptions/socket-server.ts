import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { createHeartbeat } from './heartbeat.ts';
import { PacedSocket } from './paced-socket.ts';
import { createPacing } from './pacing.ts';
import { type ServingClients, SocketClient } from './socket-client.ts';
import { createTransport } from './transport-ws.ts';

export interface SocketServerOptions extends ServingClients {
  server: Server;
  path: string;
  maxMessageBytes: number;
}

const KEEP_ALIVE_MS = 25_000;
/** A client that does not answer a close frame is not waited for. */
const CLOSE_TIMEOUT_MS = 2_000;
const SERVICE_RESTART = 1012;
/** Clients are sent away one after the other, so that they do not come back at once. */
const SENT_AWAY_PER_MS = 1;
const SENT_AWAY_WITHIN_MS = 5_000;
/** Others get their turn after so many answers. */
const SENT_IN_ONE_GO = 1_000;

/** Serves operations over graphql-transport-ws on the HTTP server's port. */
export function serveSockets(options: SocketServerOptions) {
  const { server, path, limits, maxMessageBytes, metrics, log } = options;
  // Not in place: ws's types do not know of closeTimeout yet.
  const settings = { maxPayload: maxMessageBytes, closeTimeout: CLOSE_TIMEOUT_MS, handleProtocols };
  const sockets = new WebSocketServer({ noServer: true, ...settings });
  const pace = createPacing(SENT_IN_ONE_GO);
  const heartbeat = createHeartbeat(KEEP_ALIVE_MS);

  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== path) return refuseUpgrade(socket, '404 Not Found');
    if (sockets.clients.size >= limits.sockets) return refuseUpgrade(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (ready) => sockets.emit('connection', ready, request));
  });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    metrics.openSockets.inc();
    // A broken connection is followed by a close, which cleans up; without a listener it would end the process.
    socket.on('error', failed);
    if (socket.protocol === '') {
      socket.on('close', count);
      socket.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
    } else serve(socket, request);
  });

  /** One listener for each thing that happens to a socket: there are tens of thousands. */
  function serve(socket: WebSocket, request: IncomingMessage): void {
    const client = new SocketClient(socket, request, options);
    const transport = createTransport(new PacedSocket(socket, request.socket, pace), client);
    socket.on('message', (data) => {
      // What comes after goodbye, of somebody whose token has expired perhaps, is not done any more.
      if (socket.readyState !== socket.OPEN) return;
      transport.message(String(data)).catch((error: unknown) => {
        log.error({ err: error }, 'A message could not be handled.');
        socket.close(CloseCode.InternalServerError, 'Internal server error');
      });
    });
    socket.on('close', (code) => {
      count(code);
      heartbeat.remove(socket);
      client.leave();
      transport.closed();
    });
    heartbeat.add(socket);
  }

  function failed(error: Error): void {
    log.debug({ err: error }, 'A socket failed.');
  }

  function count(code: number): void {
    metrics.openSockets.dec();
    metrics.closedSockets.inc({ code: isKnownCode(code) ? code : 'other' });
  }

  return {
    /** Tells clients to come back, which they then do at another instance. */
    async close() {
      const all = [...sockets.clients].sort(() => Math.random() - 0.5);
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()));
      const withinMs = Math.min(SENT_AWAY_WITHIN_MS, all.length / SENT_AWAY_PER_MS);
      for (const [i, socket] of all.entries()) {
        setTimeout(() => socket.close(SERVICE_RESTART, 'Service restart'), (i / all.length) * withinMs);
      }
      await closed;
      heartbeat.stop();
    },
  };
}

/** Those of the WebSocket protocol and of graphql-transport-ws; a client may say any other too, and each would be a metric. */
function isKnownCode(code: number): boolean {
  return code < 3_000 || code in CloseCode;
}

function refuseUpgrade(socket: Duplex, status: string): void {
  // Whoever asks may be gone already; without a listener that would end the process.
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
