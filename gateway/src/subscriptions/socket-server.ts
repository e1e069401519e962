import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { clientAddressOf, continueTrace, type Logger } from '@shop/service-kit';
import type { GraphQLFormattedError } from 'graphql';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { asGraphQLErrors, type FormatError } from '../errors/client-error.ts';
import type { Entrance } from '../guards/admit-request.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { reportErrors } from '../observability/report-errors.ts';
import { idempotencyKeyOf, type RequestContext } from '../request-context.ts';
import { socketAppOf } from '../usage/client-app.ts';
import { keepAlive } from './heartbeat.ts';
import type { StartOperation } from './operation-starter.ts';
import { pacedSocket } from './paced-socket.ts';
import { createPacing } from './pacing.ts';
import { authorizationOf, createSocketViewer } from './socket-connection.ts';
import type { SubscriptionLimits } from './subscription-limits.ts';
import type { Subscriptions } from './subscriptions.ts';
import { createTransport } from './transport-ws.ts';

export interface SocketServerOptions {
  server: Server;
  path: string;
  entrance: Entrance;
  format: FormatError;
  maxMessageBytes: number;
  limits: SubscriptionLimits;
  start: StartOperation;
  /** Told of each newer token that a viewer has brought. */
  renewed: Subscriptions['renewed'];
  metrics: GatewayMetrics;
  log: Logger;
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
  const { server, path, entrance, format, start, renewed, limits, maxMessageBytes, metrics, log } = options;
  // Not in place: ws's types do not know of closeTimeout yet.
  const settings = { maxPayload: maxMessageBytes, closeTimeout: CLOSE_TIMEOUT_MS, handleProtocols };
  const sockets = new WebSocketServer({ noServer: true, ...settings });
  const pace = createPacing(SENT_IN_ONE_GO);

  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== path) return refuseUpgrade(socket, '404 Not Found');
    if (sockets.clients.size >= limits.sockets) return refuseUpgrade(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (ready) => sockets.emit('connection', ready, request));
  });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    metrics.openSockets.inc();
    socket.once('close', (code) => {
      metrics.openSockets.dec();
      metrics.closedSockets.inc({ code: isKnownCode(code) ? code : 'other' });
    });
    // A broken connection is followed by a close, which cleans up; without a listener it would end the process.
    socket.on('error', (error) => log.debug({ err: error }, 'A socket failed.'));
    if (socket.protocol === '') socket.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
    else serve(socket, request);
  });

  function serve(socket: WebSocket, request: IncomingMessage): void {
    const { headers, socket: connection } = request;
    const traceparent = headers.traceparent?.toString();
    // Kept until the client is let in, and no longer: they are more than all else that is kept of it.
    let arrival = headers;
    const client = { address: clientAddressOf(request, entrance.trustedProxies), accept: undefined };
    const context: RequestContext = { token: null, client, idempotencyKey: idempotencyKeyOf(headers) };
    const viewer = createSocketViewer(context, entrance.verifier, socket, () => void renewed(context));
    const transport = createTransport(pacedSocket(socket, connection, pace), {
      connect(params) {
        context.app = socketAppOf(params, arrival);
        const authorization = authorizationOf(params, arrival);
        arrival = {};
        return viewer.enter(authorization);
      },
      ping: (payload) => void viewer.renew(payload),
      start: (payload) =>
        continueTrace(traceparent, 'socket operation', async () => {
          try {
            await entrance.door.admitAddress(client);
            await entrance.door.admitViewer(context);
            return { result: await start(payload, context) };
          } catch (error) {
            // Here the trace is known by which it can be found.
            return { refused: errorsIn(error) };
          }
        }),
      tell: errorsIn,
      maxOperations: limits.operationsPerSocket,
    });
    socket.on('message', (data) => {
      // What comes after goodbye, of somebody whose token has expired perhaps, is not done any more.
      if (socket.readyState !== socket.OPEN) return;
      transport.message(String(data)).catch((error: unknown) => {
        log.error({ err: error }, 'A message could not be handled.');
        socket.close(CloseCode.InternalServerError, 'Internal server error');
      });
    });
    socket.once('close', transport.closed);
    keepAlive(socket, KEEP_ALIVE_MS);
  }

  function errorsIn(error: unknown): readonly GraphQLFormattedError[] {
    const errors = asGraphQLErrors(error);
    reportErrors({ log, metrics }, errors, undefined);
    return errors.map((each) => format(each.toJSON(), each));
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
