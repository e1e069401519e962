// A process of its own: handles parcels until one kills it, or somebody else. Started by mortal-consumer.int.test.ts.
import { createLogger, createMetrics } from '@shop/service-kit';
import { connectBus, RetryLater, startConsumer } from '../src/index.ts';
import { ParcelSent } from './events.ts';

const { NATS_URL: url = '', DURABLE: durable = '' } = process.env;
const log = createLogger(durable, { level: 'silent' });
const bus = await connectBus({ url, name: durable, log });

startConsumer({
  bus,
  stream: 'PARCEL',
  durable,
  events: [ParcelSent],
  concurrency: 4,
  // What a process that lives, and has to wait for the machine, does not miss.
  ackWaitMs: 1_500,
  maxDeaths: 3,
  log,
  metrics: createMetrics(durable),
  async handle({ data: { parcelId, note } }) {
    bus.connection.publish(`seen.${durable}.${parcelId}`);
    await bus.connection.flush();
    if (note === `kills ${durable}`) process.kill(process.pid, 'SIGKILL');
    if (note === 'patience') throw new RetryLater(20);
    // Long enough to be at it when another one kills the process.
    await new Promise((resolve) => setTimeout(resolve, 30));
    bus.connection.publish(`done.${durable}.${parcelId}`);
  },
});
