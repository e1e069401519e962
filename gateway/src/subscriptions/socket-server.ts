import type { IncomingMessage, Server } from 'node:http';
import { continueTrace, type Logger } from '@shop/service-kit';
import { type ExecutionArgs, type FormattedExecutionResult, GraphQLError } from 'graphql';
import type { OperationResult, SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Entrance } from '../door/open-door.ts';
import { asGraphQLError, type FormatError } from '../errors/client-error.ts';
import { clientAddress } from '../guards/client-address.ts';
import type { Client } from '../guards/door.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { reportErrors } from '../observability/report-errors.ts';
import { idempotencyKeyOf, type RequestContext } from '../request-context.ts';
import { authorizationOf, connectionOf } from './socket-connection.ts';
import type { Answers } from './subscriptions.ts';

export interface SocketServerOptions {
  server: Server;
  path: string;
  entrance: Entrance;
  format: FormatError;
  maxMessageBytes: number;
  start: StartOperation;
  metrics: GatewayMetrics;
  log: Logger;
}

/** Begins an operation of any kind. Rejects when it is refused. */
export type StartOperation = (payload: SubscribePayload, context: RequestContext) => Promise<StartedOperation>;

export interface StartedOperation {
  args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName'>;
  result: Answers | FormattedExecutionResult;
}

const KEEP_ALIVE_MS = 25_000;
/** A client that does not answer a close frame is not waited for. */
const CLOSE_TIMEOUT_MS = 2_000;
const SERVICE_RESTART = 1012;

/** Serves operations over graphql-transport-ws on the HTTP server's port. */
export function serveSockets(options: SocketServerOptions) {
  const { server, path, entrance, format, start, maxMessageBytes, metrics, log } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  const clientOf = (request: IncomingMessage): Client => ({
    address: clientAddress(request, entrance.trustedProxies),
    accept: undefined,
  });

  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== path) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ready) => sockets.emit('connection', ready, request));
  });
  sockets.on('connection', (socket: WebSocket) => {
    metrics.openSockets.inc();
    socket.once('close', () => metrics.openSockets.dec());
    // A broken connection is followed by a close, which cleans up; without a listener it would end the process.
    socket.on('error', (error) => log.debug({ err: error }, 'A socket failed.'));
  });

  useServer<Record<string, unknown>, { context?: RequestContext }>(
    {
      async onConnect({ connectionParams, extra }) {
        const { socket, request } = extra;
        const authorization = authorizationOf(connectionParams, request.headers);
        const connection = await connectionOf(authorization, entrance.verifier, socket);
        if (connection === 'refused') return false;
        extra.context = {
          token: connection.token,
          client: clientOf(request),
          idempotencyKey: idempotencyKeyOf(request.headers),
        };
        return true;
      },
      onSubscribe: ({ extra }, _id, payload) =>
        continueTrace(extra.request.headers.traceparent?.toString(), 'socket operation', async () => {
          try {
            const anonymous = { token: null, client: clientOf(extra.request), idempotencyKey: null };
            const { args, result } = await start(payload, extra.context ?? anonymous);
            return { ...args, contextValue: result };
          } catch (error) {
            const errors = error instanceof AggregateError ? error.errors.map(asGraphQLError) : [asGraphQLError(error)];
            reportErrors({ log, metrics }, errors, undefined);
            return errors.map((error) => refusal(error, format));
          }
        }),
      execute: begun,
      subscribe: begun,
      // Answers and refusals come here masked and formatted, while their trace was still known.
      onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
      onError: (_context, _id, _payload, errors) => errors.map((error) => error.toJSON()),
    },
    sockets,
    KEEP_ALIVE_MS,
  );

  return {
    /** Tells clients to come back, which they then do at another instance. */
    async close() {
      for (const socket of sockets.clients) socket.close(SERVICE_RESTART, 'Service restart');
      const impatience = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, CLOSE_TIMEOUT_MS);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(impatience);
    },
  };
}

/** `onSubscribe` has begun the operation already, since only from there a refusal becomes an `error` message. */
function begun({ contextValue }: ExecutionArgs): OperationResult {
  return contextValue as OperationResult;
}

/** Masked, and still of the class by which graphql-ws recognises errors. */
function refusal(error: GraphQLError, format: FormatError): GraphQLError {
  const { message, path, extensions } = format(error.toJSON(), error);
  const { nodes, source, positions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
