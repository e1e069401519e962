import { ORDER, PAYMENT } from '@shop/contracts';
import { newId, systemClock } from '@shop/kernel';
import { connectBus, ensureStreams, serveCommands, startRelay, wakeAfterCommit } from '@shop/messaging';
import { type RunningProcess, startPeriodic, startProcess } from '@shop/service-kit';
import { createVerifier, mountSubgraph } from '@shop/subgraph-kit';
import type { OrderConfig } from './config.ts';
import { createOrderContext, type SagaContext } from './context.ts';
import { openOrderDatabase } from './db/open-order-database.ts';
import { answerOrderOutcome } from './events/answer-order-outcome.ts';
import { commandParticipants } from './events/command-participants.ts';
import { orderSchema } from './graphql/schema.ts';
import { type SagaTiming, sagaTiming } from './saga-timing.ts';
import { recoverOrders } from './use-cases/recover-orders.ts';

export interface OrderOptions {
  timing?: Partial<SagaTiming>;
  /** Hears every SQL statement, for tests that count them. */
  onStatement?: (sql: string) => void;
}

/** What this process is made of, top to bottom. */
export function startOrder(config: OrderConfig, options: OrderOptions = {}): Promise<RunningProcess> {
  return startProcess('order', config, async ({ http, closing, readiness, metrics, log }) => {
    const endpoint = mountSubgraph(http);
    const url = await http.listen();

    const database = closing.add(await openOrderDatabase({ settings: config, log, onStatement: options.onStatement }));
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
    const recovery = { name: 'recoverOrders', everyMs: timing.recoverEveryMs, atOnce: true, log };
    closing.add(startPeriodic({ ...recovery, work: () => recoverOrders(contextOf) }));

    const verifier = createVerifier({
      jwksUrl: config.JWKS_URL,
      issuer: config.JWT_ISSUER,
      leewaySeconds: config.JWT_LEEWAY_SECONDS,
    });
    const { schema } = await orderSchema();
    const context = (request: Parameters<typeof createOrderContext>[1]) => createOrderContext(contextOf(), request);
    closing.add(await endpoint.serve({ schema, verifier, context, log }));
    return { url };
  });
}
