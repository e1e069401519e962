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
import { type RunningProcess, startProcess } from '@shop/service-kit';
import { openDatabase } from '@shop/subgraph-kit/database';
import type { Config } from './config.ts';
import { createDataPlatform, type DataPlatformOptions } from './data-platform.ts';
import { migrations } from './db/migrations.ts';
import { createDeliverEvent } from './deliver-event.ts';
import { createDeliveries, WORKER } from './delivered.ts';

const subscriptions: { stream: string; events: EventDefinition[] }[] = [
  { stream: ORDER.name, events: [OrderCompleted, OrderCancelled] },
  { stream: PAYMENT.name, events: [PaymentCompleted] },
  { stream: COUPON.name, events: [CouponIssued] },
];

/** How many events of a stream are in hand for each that may be on its way to the platform. */
const EVENTS_PER_DELIVERY = 32;

/** What this process is made of, top to bottom: the worker that brings the shop's events to the data platform. */
export function startDataPlatformWorker(
  config: Config,
  patience: Pick<DataPlatformOptions, 'breakMs'> = {},
): Promise<RunningProcess> {
  return startProcess(WORKER, config, async ({ http, closing, readiness, metrics, log }) => {
    const url = await http.listen();

    const database = closing.add(await openDatabase({ settings: config, entities: [], migrations, log }));
    readiness.add('mysql', database.ready);
    const bus = closing.add(await connectBus({ url: config.NATS_URL, name: WORKER, log }));
    readiness.add('nats', bus.ready);
    await ensureStreams(bus, [ORDER, PAYMENT, COUPON, DEADLETTER]);
    // This worker publishes nothing of its own; the relay is here because it also clears the inbox of what is long past.
    closing.add(startRelay({ databaseUrl: config.DATABASE_URL, bus, log, metrics, pollMs: 10_000 }));

    const platform = createDataPlatform({
      url: config.DATA_PLATFORM_URL,
      timeoutMs: config.DELIVERY_TIMEOUT_MS,
      concurrency: config.DELIVERY_CONCURRENCY,
      log,
      metrics,
      ...patience,
    });
    readiness.add('data platform', platform.ready, { required: false });
    const consuming = {
      durable: WORKER,
      handle: createDeliverEvent({ delivered: createDeliveries(database), platform, log, metrics }),
      // While some are at the platform, others are looked up and noted, many with one statement.
      concurrency: config.DELIVERY_CONCURRENCY * EVENTS_PER_DELIVERY,
      pausedForMs: platform.pausedForMs,
      // Only what the platform refuses counts as a failure; it may have been a bad deployment over there.
      backoffMs: [1_000, 5_000],
      maxAttempts: 3,
    };
    for (const { stream, events } of subscriptions) {
      closing.add(startConsumer({ bus, stream, events, log, metrics, ...consuming }));
    }
    // Closed before the consumers, which wait for their deliveries: one that hangs is cut short and its event put off.
    closing.add(platform);
    return { url };
  });
}
