import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { clientAddressOf, continueTrace, type Logger } from '@shop/service-kit';
import type { GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { asGraphQLErrors, type FormatError } from '../errors/client-error.ts';
import type { Entrance } from '../guards/admit-request.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { reportErrors } from '../observability/report-errors.ts';
import { idempotencyKeyOf } from '../request-context.ts';
import { socketAppOf } from '../usage/client-app.ts';
import type { StartOperation } from './operation-starter.ts';
import { authorizationOf, SocketViewer } from './socket-connection.ts';
import type { SubscriptionLimits } from './subscription-limits.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Begun, TransportHooks } from './transport-ws.ts';

/** What serves all clients. */
export interface ServingClients {
  entrance: Entrance;
  format: FormatError;
  limits: SubscriptionLimits;
  start: StartOperation;
  /** Told of each newer token that a viewer has brought. */
  renewed: Subscriptions['renewed'];
  metrics: GatewayMetrics;
  log: Logger;
}

/** Whoever is at the other end of a socket: lets them in, and begins what they ask for. */
export class SocketClient implements TransportHooks {
  readonly #serving: ServingClients;
  readonly #viewer: SocketViewer;
  readonly #traceparent: string | undefined;
  /** Null once the client is let in: they are more than all else that is kept of it. */
  #headers: IncomingHttpHeaders | null;

  constructor(socket: WebSocket, request: IncomingMessage, serving: ServingClients) {
    const { headers } = request;
    const { trustedProxies, verifier } = serving.entrance;
    const client = { address: clientAddressOf(request, trustedProxies), accept: undefined };
    // With room for what will be known of it: a property that comes later takes as much as three that are there.
    const context = { token: null, client, app: undefined, idempotencyKey: idempotencyKeyOf(headers) };
    this.#serving = serving;
    this.#viewer = new SocketViewer(context, verifier, socket);
    this.#traceparent = headers.traceparent?.toString();
    this.#headers = headers;
  }

  get maxOperations(): number {
    return this.#serving.limits.operationsPerSocket;
  }

  connect(params: Record<string, unknown> | undefined): Promise<boolean> {
    const headers = this.#headers ?? {};
    this.#headers = null;
    this.#viewer.context.app = socketAppOf(params, headers);
    return this.#viewer.enter(authorizationOf(params, headers));
  }

  async ping(payload: Record<string, unknown> | undefined): Promise<void> {
    if (await this.#viewer.renew(payload)) await this.#serving.renewed(this.#viewer.context);
  }

  start(payload: SubscribePayload): Promise<Begun> {
    const { entrance, start } = this.#serving;
    const { context } = this.#viewer;
    return continueTrace(this.#traceparent, 'socket operation', async () => {
      try {
        await entrance.door.admitAddress(context.client);
        await entrance.door.admitViewer(context);
        return { result: await start(payload, context) };
      } catch (error) {
        // Here the trace is known by which it can be found.
        return { refused: this.tell(error) };
      }
    });
  }

  tell(error: unknown): readonly GraphQLFormattedError[] {
    const { format, log, metrics } = this.#serving;
    const errors = asGraphQLErrors(error);
    reportErrors({ log, metrics }, errors, undefined);
    return errors.map((each) => format(each.toJSON(), each));
  }

  leave(): void {
    this.#viewer.leave();
  }
}
