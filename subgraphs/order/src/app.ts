import { ORDER, PAYMENT } from '@shop/contracts';
import { newId, systemClock } from '@shop/kernel';
import { connectBus, ensureStreams, serveCommands, startRelay, wakeAfterCommit } from '@shop/messaging';
import {
  createCloser,
  createHttpServer,
  createLogger,
  createMetrics,
  createReadiness,
  startTracing,
} from '@shop/service-kit';
import { createVerifier, mountSubgraph } from '@shop/subgraph-kit';
import type { OrderConfig } from './config.ts';
import { createOrderContext, type SagaContext } from './context.ts';
import { openOrderDatabase } from './db/open.ts';
import { answerOrderOutcome } from './events/answer-order-outcome.ts';
import { commandParticipants } from './events/command-participants.ts';
import { orderSchema } from './graphql/schema.ts';
import { startRecovery } from './recovery-worker.ts';
import { type SagaTiming, sagaTiming } from './saga-timing.ts';

export interface RunningService {
  url: string;
  close(): Promise<void>;
}

export interface OrderOptions {
  timing?: Partial<SagaTiming>;
  /** Hears every SQL statement, for tests that count them. */
  onStatement?: (sql: string) => void;
}

export async function startOrder(config: OrderConfig, options: OrderOptions = {}): Promise<RunningService> {
  const log = createLogger('order', { level: config.LOG_LEVEL });
  const metrics = createMetrics('order');
  const readiness = createReadiness();
  const closing = createCloser();
  let started = false;
  readiness.add('start', () => (started ? null : 'is starting'));
  closing.add(startTracing());

  const http = createHttpServer({ host: config.HOST, port: config.PORT, log, metrics, readiness });
  const endpoint = mountSubgraph(http);
  const url = await http.listen();

  const database = closing.add(
    await openOrderDatabase({
      url: config.DATABASE_URL,
      migrate: config.DATABASE_MIGRATE,
      poolSize: config.DATABASE_POOL_SIZE,
      log,
      ...(options.onStatement && { onStatement: options.onStatement }),
    }),
  );
  readiness.add('mysql', database.ready);
  const bus = closing.add(await connectBus({ url: config.NATS_URL, name: 'order', log }));
  readiness.add('nats', bus.ready);
  await ensureStreams(bus, [ORDER, PAYMENT]);
  const relay = closing.add(startRelay({ databaseUrl: config.DATABASE_URL, bus, log, metrics }));
  wakeAfterCommit(database.orm.em, relay);

  const timing = { ...sagaTiming, ...options.timing };
  const saga: Omit<SagaContext, 'em'> = {
    clock: systemClock,
    log,
    participants: commandParticipants(bus, timing),
    timing,
    instanceId: newId(),
  };
  const contextOf = (): SagaContext => ({ ...saga, em: database.fork() });
  closing.add(serveCommands(bus, { queue: 'order', handlers: [answerOrderOutcome(contextOf)], log, metrics }));
  closing.add(startRecovery({ contextOf, everyMs: timing.recoverEveryMs, log }));

  const verifier = createVerifier({
    jwksUrl: config.JWKS_URL,
    issuer: config.JWT_ISSUER,
    leewaySeconds: config.JWT_LEEWAY_SECONDS,
  });
  const { schema } = await orderSchema();
  const context = (request: Parameters<typeof createOrderContext>[1]) => createOrderContext(contextOf(), request);
  closing.add(await endpoint.serve({ schema, verifier, context, log }));
  // Closed first: requests finish while everything they need is still open.
  closing.add(http);
  started = true;
  return { url, close: closing.close };
}
