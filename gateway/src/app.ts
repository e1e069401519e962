import './no-telemetry.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { connectRedis } from '@shop/redis';
import {
  createCloser,
  createHttpServer,
  createLogger,
  createMetrics,
  createReadiness,
  startTracing,
} from '@shop/service-kit';
import type { GatewayConfig } from './config.ts';
import { toClientError } from './errors/client-error.ts';
import { createEngine } from './execution/engine.ts';
import { subgraphCheck } from './execution/subgraphs/subgraph-check.ts';
import { createSubgraphPools } from './execution/subgraphs/subgraph-pools.ts';
import { createSubgraphSources } from './execution/subgraphs/subgraph-sources.ts';
import type { Entrance } from './guards/admit-request.ts';
import { allowOrigins } from './guards/cors.ts';
import { openDoor } from './guards/door.ts';
import { type DecidePolicies, noPolicies } from './guards/granted.ts';
import { hidingSuggestions } from './guards/introspection.ts';
import { createTokenVerifier, unverified } from './guards/token-verifier.ts';
import { createFinishAnswer } from './observability/finish-answer.ts';
import { createGatewayMetrics } from './observability/gateway-metrics.ts';
import { createKnownOperations } from './operations/known-operations.ts';
import { createPlanning } from './planning/planning.ts';
import { createAuthorizeSubscription } from './subscriptions/authorized-subscription.ts';
import { declaredStreams } from './subscriptions/declared-streams.ts';
import { createEventHub } from './subscriptions/event-hub.ts';
import { createJetStreamSource } from './subscriptions/jetstream-source.ts';
import { operationStarter } from './subscriptions/operation-starter.ts';
import { serveServerSentEvents } from './subscriptions/server-sent-events.ts';
import { serveSockets } from './subscriptions/socket-server.ts';
import { createSubscriptions } from './subscriptions/subscriptions.ts';
import { holdWhileAnswering } from './supergraph/hold-while-answering.ts';
import { openLiveSupergraph } from './supergraph/live-supergraph.ts';
import { supergraphSource } from './supergraph/supergraph-source.ts';
import { switching } from './supergraph/switching.ts';
import { warmUp } from './supergraph/warm-up.ts';
import { createAdmitText } from './transport/admit-text.ts';
import { graphiqlPage } from './transport/graphiql-page.ts';
import { GRAPHQL_PATH, serveGraphQL } from './transport/graphql-route.ts';
import { createHttpOperations } from './transport/http-operations.ts';
import { createOperationPipeline } from './transport/operation-pipeline.ts';
import { createPage } from './transport/page.ts';
import { createPersistedQueries } from './transport/persisted-queries.ts';
import { createSendAnswer } from './transport/send-answer.ts';
import { createUsageRecorder } from './usage/usage-recorder.ts';

export interface RunningGateway {
  /** Of the GraphQL endpoint. */
  url: string;
  close(): Promise<void>;
}

export interface GatewayExtensions {
  /** Says which `@policy` policies hold for a viewer; without it, none do. */
  decidePolicies?: DecidePolicies;
}

/** Starts the gateway, from the supergraph to the open port. */
export async function startGateway(config: GatewayConfig, extensions: GatewayExtensions = {}): Promise<RunningGateway> {
  const closing = createCloser();
  try {
    return await start(config, extensions, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function start(
  config: GatewayConfig,
  { decidePolicies = noPolicies }: GatewayExtensions,
  closing: ReturnType<typeof createCloser>,
): Promise<RunningGateway> {
  closing.add(startTracing());
  const log = createLogger('gateway', { level: config.logLevel });
  const allMetrics = createMetrics('gateway');
  const metrics = createGatewayMetrics(allMetrics);
  const readiness = createReadiness();

  const pools = closing.add(createSubgraphPools(config.subgraphs));
  const { addresses } = config.subgraphs;
  const sourcesOf = createSubgraphSources({ pools, ...config.subgraphs, log, metrics, allMetrics });
  const engine = createEngine(config.engine, config.operationTimeoutMs);
  const planning = closing.add(createPlanning({ ...config.planning, log, metrics, compile: engine.compile }));

  const { guards } = config;
  const redis = config.redisUrl ? closing.add(await connectRedis({ url: config.redisUrl, log })) : null;
  if (redis) readiness.add('redis', () => redis.ready(), { required: false });
  const door = closing.add(await openDoor({ settings: guards, redis, decidePolicies, log, metrics, allMetrics }));
  readiness.add('trusted operations', door.trusted.refusal, { required: false });
  const recorder =
    redis && config.usage ? closing.add(createUsageRecorder({ ...config.usage, redis, log, metrics })) : null;
  const know = createKnownOperations({ door, maxBytes: config.knownOperationsBytes, recorder });

  const supergraph = closing.add(
    await openLiveSupergraph({
      ...switching({ planning, pools, addresses }),
      source: supergraphSource(config.supergraph),
      warm: warmUp({ planning, know, trusted: door.trusted.all, limit: config.warmOperations }),
      log,
      metrics,
    }),
  );
  readiness.add('supergraph', supergraph.absence);
  readiness.add('supergraph', supergraph.refusal, { required: false });
  // Of them the breakers are in the metrics: a scrape is no reason to ask all subgraphs.
  const subgraphs = subgraphCheck({ supergraph: supergraph.current, addresses, pools });
  readiness.add('subgraphs', subgraphs, { required: false, measured: false });

  const format = guards.document.mayIntrospect ? toClientError : hidingSuggestions(toClientError);
  const { cost } = guards;
  const { planInAnswer } = config;
  const executing = { supergraph, planning, sourcesOf, canDefer: engine.canDefer };
  const pipeline = createOperationPipeline({ ...executing, know, door, cost, planInAnswer, format, log, metrics });
  const persisted = createPersistedQueries({ maxBytes: config.persistedQueriesBytes, redis, log });
  const admitText = createAdmitText(door, persisted);

  const verifier = config.tokens ? createTokenVerifier({ ...config.tokens, log }) : unverified;
  const { trustedProxies } = guards;
  const entrance: Entrance = { door, verifier, trustedProxies, recordsUsage: recorder !== null };
  const source = config.natsUrl ? closing.add(createJetStreamSource(config.natsUrl, log)) : null;
  if (source) {
    const streams = declaredStreams(supergraph.current, source);
    readiness.add('streams', streams.missingAtStart);
    readiness.add('streams', streams.missingLater, { required: false });
    readiness.add('nats', source.outage, { required: false });
  }
  const { subscriptions: limits } = config;
  const events = source && { source, hub: createEventHub(source, metrics) };
  const finish = createFinishAnswer(log, metrics);
  const authorize = createAuthorizeSubscription(know, door);
  const answering = { sourcesOf, planning, finish, metrics };
  const subscriptions = createSubscriptions({ events, limits, supergraph, authorize, ...answering });
  supergraph.onSwitch(() => void subscriptions.takeOver());

  const http = closing.add(createHttpServer({ ...config, log, readiness, metrics: allMetrics }));
  allowOrigins(http.app, guards.corsOrigins);
  holdWhileAnswering(http.app, { supergraph, path: GRAPHQL_PATH });
  const { maxBodyBytes } = guards;
  const operations = createHttpOperations({ pipeline, admitText, entrance, maxBatch: config.maxBatch });
  const send = createSendAnswer(config.compressFromBytes);
  const page = config.graphiql ? createPage(graphiqlPage({ showsPlans: planInAnswer !== 'never' })) : null;
  serveGraphQL(http.app, { operations, pipeline, send, door, maxBodyBytes, page });
  const start = operationStarter({ supergraph, subscriptions, pipeline, know, admitText });
  const telling = { path: GRAPHQL_PATH, entrance, start, renewed: subscriptions.renewed, format, metrics, log };
  closing.add(serveServerSentEvents({ app: http.app, maxBodyBytes, ...telling }));
  closing.add(serveSockets({ server: http.app.server, maxMessageBytes: maxBodyBytes, limits, ...telling }));
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
