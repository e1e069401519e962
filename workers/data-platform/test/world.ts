import { CouponIssued, OrderCompleted } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { createDataPlatform, type Received } from '@shop/local/stand-ins';
import { type Bus, connectBus, type Envelope } from '@shop/messaging';
import { createLogger, loadConfig } from '@shop/service-kit';
import { startTestServers } from '@shop/testkit';
import { startDataPlatformWorker } from '../src/app.ts';
import { configSchema } from '../src/config.ts';

/** A worker between real servers and a stand-in for the data platform. */
export async function startWorld({ platform = createDataPlatform() } = {}) {
  const servers = await startTestServers({ nats: true, database: 'data_platform', ownMysql: true });
  const platformUrl = await platform.listen({ host: '127.0.0.1', port: 0 });
  const config = loadConfig(configSchema, {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: servers.databaseUrl,
    DATABASE_MIGRATE: 'true',
    NATS_URL: servers.nats.url,
    DATA_PLATFORM_URL: platformUrl,
    // Long, so that nothing is posted twice because the machine is slow.
    DELIVERY_TIMEOUT_MS: '20000',
  });
  const startWorker = (deliveryTimeoutMs = config.DELIVERY_TIMEOUT_MS) =>
    startDataPlatformWorker(
      { ...config, DELIVERY_TIMEOUT_MS: deliveryTimeoutMs },
      { breakMs: { first: 100, longest: 200 } },
    );
  let worker = await startWorker();
  const bus = await connectBus({
    url: servers.nats.url,
    name: 'test',
    log: createLogger('test', { level: 'silent' }),
  });

  return {
    servers,
    bus,
    /** Posts wait `deliveryTimeoutMs` for their answer: a short time only where a test leaves them without one. */
    async restartWorker({ deliveryTimeoutMs }: { deliveryTimeoutMs?: number } = {}) {
      await worker.close();
      worker = await startWorker(deliveryTimeoutMs);
    },
    async behave(body: object): Promise<void> {
      const { status } = await post(`${platformUrl}/behave`, body);
      if (status !== 200) throw new Error(`The stand-in answered ${status}.`);
    },
    async received(eventId: string): Promise<Received[]> {
      return (await this.receivedAll()).filter(({ id }) => id === eventId);
    },
    async receivedAll(): Promise<Received[]> {
      return (await fetch(`${platformUrl}/received`)).json() as Promise<Received[]>;
    },
    async ready(): Promise<{ ready: boolean; degraded: Record<string, string> }> {
      return (await fetch(`${worker.url}/readyz`)).json() as Promise<{
        ready: boolean;
        degraded: Record<string, string>;
      }>;
    },
    async metrics(): Promise<string> {
      return (await fetch(`${worker.url}/metrics`)).text();
    },
    deadLetters: () => deadLettersOf(bus),
    async close() {
      await worker.close();
      await bus.close();
      await platform.close();
      await servers.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Publishes an event as a relay would, without the duplicate window's help. */
export async function publish(bus: Bus, event: Envelope): Promise<void> {
  await bus.stream.publish(`${event.type}.${event.subject}`, JSON.stringify(event));
}

export function aCompletedOrder(): Envelope {
  const orderId = newId();
  return envelope(OrderCompleted.type, orderId, {
    orderId,
    userId: newId(),
    lines: [{ productId: newId(), productName: 'Kettle', quantity: 2, unitPrice: 15_000 }],
    subtotal: 30_000,
    discount: 0,
    total: 30_000,
    currencyCode: 'KRW',
    completedAt: new Date().toISOString(),
  });
}

export function anIssuedCoupon(): Envelope {
  const userId = newId();
  return envelope(CouponIssued.type, userId, {
    userId,
    couponId: newId(),
    eventId: newId(),
    couponCode: 'SPRING-ABCDEFGH',
    discountValue: 5_000,
    issuedAt: new Date().toISOString(),
  });
}

function envelope(type: string, subject: string, data: object): Envelope {
  const source = `/${type.slice(0, type.indexOf('.'))}`;
  return { specversion: '1.0', id: newId(), source, type, subject, time: new Date().toISOString(), data };
}

async function deadLettersOf(bus: Bus): Promise<{ event: unknown; error: string }[]> {
  const letters: { event: unknown; error: string }[] = [];
  const { state } = await bus.admin.streams.info('DEADLETTER');
  if (state.messages === 0) return letters;
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await bus.admin.streams.getMessage('DEADLETTER', { seq });
    if (message !== null) letters.push(message.json());
  }
  return letters;
}

function post(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}
