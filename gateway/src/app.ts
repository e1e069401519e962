import './no-telemetry.ts';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  clientAddressOf,
  createCloser,
  createHttpServer,
  createLogger,
  createMetrics,
  createReadiness,
  startTracing,
} from '@shop/service-kit';
import { startApolloServer } from './apollo-server.ts';
import type { GatewayConfig } from './config.ts';
import { createTokenVerifier, unverified } from './door/token-verifier.ts';
import { createFederatedGateway } from './execution/federated-gateway.ts';
import { subgraphCheck } from './execution/subgraph-check.ts';
import { createSubgraphPools } from './execution/subgraph-pools.ts';
import { createSubgraphSources } from './execution/subgraph-sources.ts';
import { allowOrigins } from './http/cors.ts';
import { graphiqlPage } from './http/graphiql-page.ts';
import { GRAPHQL_PATH, serveGraphQL } from './http/graphql-route.ts';
import { createFinishAnswer } from './observability/finish-answer.ts';
import { createGatewayMetrics } from './observability/gateway-metrics.ts';
import { declaredStreamsCheck } from './subscriptions/declared-streams.ts';
import { createEventHub } from './subscriptions/event-hub.ts';
import { createJetStreamSource } from './subscriptions/jetstream-source.ts';
import { operationStarter } from './subscriptions/operation-starter.ts';
import { serveSockets } from './subscriptions/socket-server.ts';
import { createSubscriptions } from './subscriptions/subscriptions.ts';
import { openSupergraphFile } from './supergraph/supergraph-file.ts';

export interface RunningGateway {
  /** Of the GraphQL endpoint. */
  url: string;
  close(): Promise<void>;
}

/** Starts the gateway, from the supergraph to the open port. */
export async function startGateway(config: GatewayConfig): Promise<RunningGateway> {
  const closing = createCloser();
  try {
    return await start(config, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function start(config: GatewayConfig, closing: ReturnType<typeof createCloser>): Promise<RunningGateway> {
  closing.add(startTracing());
  const log = createLogger('gateway', { level: config.logLevel });
  const allMetrics = createMetrics('gateway');
  const metrics = createGatewayMetrics(allMetrics);
  const readiness = createReadiness();

  const supergraph = closing.add(await openSupergraphFile(config.supergraphPath, { log, metrics }));
  readiness.add('supergraph', supergraph.refusal, { required: false });

  const pools = closing.add(createSubgraphPools(config.subgraphs));
  const { addresses } = config.subgraphs;
  readiness.add('subgraphs', subgraphCheck({ supergraph: supergraph.current, addresses, pools }), { required: false });
  const sourcesOf = createSubgraphSources({ pools, ...config.subgraphs, log, metrics });
  const gateway = createFederatedGateway(supergraph, sourcesOf);
  const server = await startApolloServer({ gateway, introspection: config.introspection, log, metrics });
  closing.add({ close: () => server.stop() });

  const verifier = config.tokens ? createTokenVerifier(config.tokens) : unverified;
  const source = config.natsUrl ? closing.add(createJetStreamSource(config.natsUrl, log)) : null;
  if (source) {
    readiness.add('streams', declaredStreamsCheck(supergraph.current, source));
    readiness.add('nats', source.outage, { required: false });
  }
  const events = source && { source, hub: createEventHub(source, metrics) };
  const subscriptions = createSubscriptions({ events, sourcesOf, finish: createFinishAnswer(log, metrics), metrics });

  const http = closing.add(createHttpServer({ ...config, log, readiness, metrics: allMetrics }));
  allowOrigins(http.app, config.corsOrigins);
  const clientAddress = (request: IncomingMessage) => clientAddressOf(request, config.trustedProxies);
  serveGraphQL(http.app, { server, verifier, clientAddress, graphiql: config.graphiql ? graphiqlPage() : null });
  const start = operationStarter({ supergraph, subscriptions, server });
  const sockets = { server: http.app.server, path: GRAPHQL_PATH, verifier, clientAddress };
  closing.add(serveSockets({ ...sockets, start, metrics, log }));
  const url = await http.listen();

  return {
    url: url + GRAPHQL_PATH,
    async close() {
      readiness.drain();
      await pause(config.drainDelayMs);
      await closing.close();
    },
  };
}
