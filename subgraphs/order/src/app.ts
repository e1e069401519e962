import { ORDER, PAYMENT } from '@shop/contracts';
import { newId, systemClock } from '@shop/kernel';
import { connectBus, ensureStreams, serveCommands, startRelay, wakeAfterCommit } from '@shop/messaging';
import { connectRedis, createRecentWrites } from '@shop/redis';
import { type RunningProcess, startPeriodic, startProcess } from '@shop/service-kit';
import { createVerifier, mountSubgraph, openReplicaReads, type SubgraphRequest } from '@shop/subgraph-kit';
import type { OrderConfig } from './config.ts';
import { createContext, type SagaContext } from './context.ts';
import { openOrderDatabase } from './db/open-order-database.ts';
import { answerOrderOutcome } from './events/answer-order-outcome.ts';
import { commandParticipants } from './events/command-participants.ts';
import { orderSchema } from './graphql/schema.ts';
import { cardsOf } from './provider/card-settings.ts';
import { createHttpPaymentProvider } from './provider/http-payment-provider.ts';
import { mountPaymentRoutes } from './provider/mount-payment-routes.ts';
import { type SagaTiming, sagaTiming } from './saga-timing.ts';
import { forgetWebhooks, processWebhooks } from './use-cases/process-webhooks.ts';
import { recoverOrders } from './use-cases/recover-orders.ts';
import { startSagaWatch } from './watch-sagas.ts';

const FORGET_EVERY_MS = 3_600_000;

export interface OrderOptions {
  timing?: Partial<SagaTiming>;
  /** Hears every SQL statement, for tests that count them. */
  onStatement?: (sql: string) => void;
}

/** What this process is made of, top to bottom. */
export function startOrder(config: OrderConfig, options: OrderOptions = {}): Promise<RunningProcess> {
  return startProcess('order', config, async ({ http, closing, readiness, metrics, log }) => {
    const cards = cardsOf(config);
    const endpoint = mountSubgraph(http);
    const paymentRoutes = cards && mountPaymentRoutes(http);
    const url = await http.listen();

    const database = closing.add(await openOrderDatabase({ settings: config, log, onStatement: options.onStatement }));
    readiness.add('mysql', database.ready);
    const redis = config.REDIS_URL ? closing.add(await connectRedis({ url: config.REDIS_URL, log })) : null;
    if (redis !== null) readiness.add('redis', () => redis.ready(), { required: false });
    const recentWrites = redis && createRecentWrites({ redis, keptSeconds: config.READ_YOUR_WRITES_SECONDS });
    const replicaReads = closing.add(
      await openReplicaReads({ settings: config, database, recentWrites, metrics, log }),
    );
    const bus = closing.add(await connectBus({ url: config.NATS_URL, name: 'order', log }));
    readiness.add('nats', bus.ready);
    await ensureStreams(bus, [ORDER, PAYMENT]);
    const relay = closing.add(startRelay({ databaseUrl: config.DATABASE_URL, bus, log, metrics }));
    wakeAfterCommit(database.orm.em, relay);

    const timing = { ...sagaTiming, ...options.timing };
    const provider =
      cards && closing.add(createHttpPaymentProvider({ ...cards, timeoutMs: timing.providerTimeoutMs, metrics }));
    if (provider !== null) readiness.add('payment provider', provider.away, { required: false });
    const saga: Omit<SagaContext, 'em'> = {
      clock: systemClock,
      log,
      participants: commandParticipants(bus),
      provider,
      timing,
      instanceId: newId(),
    };
    const contextOf = (): SagaContext => ({ ...saga, em: database.fork() });
    closing.add(serveCommands(bus, { queue: 'order', handlers: [answerOrderOutcome(contextOf)], log, metrics }));
    const recovery = { everyMs: timing.recoverEveryMs, atOnce: true, log };
    closing.add(startPeriodic({ name: 'recoverOrders', ...recovery, work: () => recoverOrders(contextOf, 'others') }));
    // Without a provider too: what is open there is still to be rejected in time.
    closing.add(startPeriodic({ name: 'finishPayments', ...recovery, work: () => recoverOrders(contextOf, 'unpaid') }));
    closing.add(startSagaWatch({ fork: database.fork, metrics, log }));
    if (cards !== null) {
      const webhooks = { everyMs: timing.webhooksEveryMs, atOnce: true, log };
      closing.add(startPeriodic({ name: 'processWebhooks', ...webhooks, work: () => processWebhooks(contextOf) }));
      const forgetting = { everyMs: FORGET_EVERY_MS, log };
      closing.add(startPeriodic({ name: 'forgetWebhooks', ...forgetting, work: () => forgetWebhooks(contextOf()) }));
      paymentRoutes?.serve({ keys: cards.keys, contextOf, log, metrics });
    }

    const verifier = createVerifier({
      jwksUrl: config.JWKS_URL,
      issuer: config.JWT_ISSUER,
      leewaySeconds: config.JWT_LEEWAY_SECONDS,
      log,
    });
    const { schema } = await orderSchema();
    const context = (request: SubgraphRequest) => createContext({ fork: database.fork, saga, replicaReads }, request);
    endpoint.serve({ schema, verifier, context, log, recentWrites });
    return { url };
  });
}
