import {
  COUPON,
  CouponIssued,
  DEADLETTER,
  ORDER,
  OrderCancelled,
  OrderCompleted,
  PAYMENT,
  PaymentCompleted,
} from '@shop/contracts';
import { connectBus, type EventDefinition, ensureStreams, startConsumer, startRelay } from '@shop/messaging';
import {
  createCloser,
  createHttpServer,
  createLogger,
  createMetrics,
  createReadiness,
  startTracing,
} from '@shop/service-kit';
import { openDatabase } from '@shop/subgraph-kit/database';
import type { Config } from './config.ts';
import { createDataPlatform, type DataPlatformOptions } from './data-platform.ts';
import { migrations } from './db/migrations.ts';
import { createDeliverEvent } from './deliver-event.ts';
import { WORKER } from './delivered.ts';

const subscriptions: { stream: string; events: EventDefinition[] }[] = [
  { stream: ORDER.name, events: [OrderCompleted, OrderCancelled] },
  { stream: PAYMENT.name, events: [PaymentCompleted] },
  { stream: COUPON.name, events: [CouponIssued] },
];

/** Starts the worker that brings the shop's events to the data platform. */
export async function startDataPlatformWorker(config: Config, patience: Pick<DataPlatformOptions, 'breakMs'> = {}) {
  const log = createLogger(WORKER, { level: config.LOG_LEVEL });
  const metrics = createMetrics(WORKER);
  const readiness = createReadiness();
  const closer = createCloser();
  closer.add(startTracing());

  const http = closer.add(createHttpServer({ host: config.HOST, port: config.PORT, log, readiness, metrics }));
  // Probes answer from the first moment, also while MySQL or NATS is being waited for.
  let isStarted = false;
  readiness.add('start', () => (isStarted ? null : 'waiting for MySQL and NATS'));
  const url = await http.listen();

  const database = closer.add(
    await openDatabase({
      url: config.DATABASE_URL,
      entities: [],
      migrations,
      migrate: config.DATABASE_MIGRATE,
      poolSize: config.DATABASE_POOL_SIZE,
      log,
    }),
  );
  const bus = closer.add(await connectBus({ url: config.NATS_URL, name: WORKER, log }));
  await ensureStreams(bus, [ORDER, PAYMENT, COUPON, DEADLETTER]);
  // This worker publishes nothing of its own; the relay is here because it also clears the inbox of what is long past.
  closer.add(startRelay({ databaseUrl: config.DATABASE_URL, bus, log, metrics, pollMs: 60_000 }));

  const platform = createDataPlatform({
    url: config.DATA_PLATFORM_URL,
    timeoutMs: config.DELIVERY_TIMEOUT_MS,
    concurrency: config.DELIVERY_CONCURRENCY,
    log,
    metrics,
    ...patience,
  });
  const handle = createDeliverEvent({ database, platform, log, metrics });
  for (const { stream, events } of subscriptions) {
    closer.add(
      startConsumer({
        bus,
        stream,
        durable: WORKER,
        events,
        handle,
        log,
        metrics,
        concurrency: config.DELIVERY_CONCURRENCY,
        pausedForMs: platform.pausedForMs,
        // Only what the platform refuses counts as a failure; it may have been a bad deployment over there.
        backoffMs: [1_000, 5_000],
        maxAttempts: 3,
      }),
    );
  }

  // Closed before the consumers, which wait for their deliveries: one that hangs is cut short and its event put off.
  closer.add(platform);

  readiness.add('mysql', database.ready);
  readiness.add('nats', bus.ready);
  readiness.add('data platform', platform.ready, { required: false });
  isStarted = true;
  return { url, close: closer.close };
}
