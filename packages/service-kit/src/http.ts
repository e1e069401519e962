import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { watchConnections } from './open-connections.ts';
import type { Readiness } from './readiness.ts';
import { openSpan } from './tracing.ts';

/** 1 MiB: no request of the public API needs more. */
export const BODY_LIMIT_BYTES = 1_048_576;

/** A request that has not come whole by then is refused with 408: nobody keeps a connection by sending slowly. */
const REQUEST_TIMEOUT_MS = 30_000;

/** A request that has begun to come when the server closes has so long to come whole, and is not waited for after that. */
const ARRIVAL_MS = 1_000;

/** The HTTP server of a process, with its probes and metrics. */
export interface HttpServer {
  /** Routes are added here before `listen`. */
  app: FastifyInstance;
  /** Opens the port and returns the base URL. */
  listen(): Promise<string>;
  /** Stops accepting, lets running requests finish, closes idle connections, and soon those whose request is not there yet. */
  close(): Promise<void>;
}

/** Where the server listens and what its probes report. */
export interface HttpOptions {
  host: string;
  port: number;
  log: Logger;
  readiness: Readiness;
  metrics: Metrics;
}

/** An HTTP server with the probes every process has: `/healthz`, `/readyz` with reasons, `/metrics`. */
export function createHttpServer({ host, port, log, readiness, metrics }: HttpOptions): HttpServer {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_TIMEOUT_MS,
    logger: false,
    routerOptions: { ignoreTrailingSlash: true },
    // Whoever offers HTTP/2 in passing, as Java's own client does, is answered over HTTP/1.1 (RFC 9110, section 7.8).
    http: {
      shouldUpgradeCallback: ({ headers }) => listensToUpgrades() && headers.upgrade?.toLowerCase() === 'websocket',
    },
  });
  const listensToUpgrades = (): boolean => app.server.listenerCount('upgrade') > 0;
  let isClosing = false;
  const connections = watchConnections(app);
  measureRequests(app, metrics, connections.underWay);
  const measureReadiness = readinessIn(metrics, readiness);
  // Node's own takes an answer that is written for gone, and cuts what has not been sent of it.
  app.server.closeIdleConnections = connections.closeIdle;
  // A connection whose request was running when the close began would be kept alive after it, and waited for.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onRequest', (request, reply, done) => {
    const span = openSpan(request.headers.traceparent as string | undefined, `HTTP ${request.method}`);
    reply.raw.once('close', () => span.end());
    span.run(done);
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error }, 'A request failed.');
    const message = status >= 500 ? 'Something went wrong.' : error.message;
    return reply.status(status).send({ error: message });
  });

  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const report = await readiness.check();
    return reply.status(report.ready ? 200 : 503).send(report);
  });
  app.get('/metrics', async (_request, reply) => {
    await measureReadiness();
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  return {
    app,
    listen: () => app.listen({ host, port }),
    async close() {
      isClosing = true;
      readiness.drain();
      const drop = setTimeout(connections.closeUnanswered, ARRIVAL_MS);
      await app.close().finally(() => clearTimeout(drop));
    },
  };
}

/** Returns what sets the metrics of readiness to what it is now: nobody else may ever ask, and an alert must not hang on that. */
function readinessIn(metrics: Metrics, readiness: Readiness): () => Promise<void> {
  const ready = metrics.gauge('shop_ready', 'Whether the process can serve.');
  const degraded = metrics.gauge('shop_degraded', 'Whether the process does without a part of it.', ['part']);
  return async () => {
    const now = await readiness.measure();
    ready.set(Number(now.ready));
    for (const [part, isAway] of now.degraded) degraded.set({ part }, Number(isAway));
  };
}

function measureRequests(app: FastifyInstance, metrics: Metrics, underWay: ReadonlySet<IncomingMessage>): void {
  const duration = metrics.histogram('http_request_duration_seconds', 'Time to answer an HTTP request.', [
    'method',
    'route',
    'status',
  ]);
  metrics.liveGauge('http_requests_open', 'HTTP requests being answered now.', [], (set) => set({}, underWay.size));
  app.addHook('onResponse', (request, reply, done) => {
    duration.observe(
      { method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
      reply.elapsedTime / 1_000,
    );
    done();
  });
}
