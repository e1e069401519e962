import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@shop/kernel';
import { createPaymentProvider } from '@shop/local/stand-ins';
import { eventually } from '@shop/testkit';
import type { SagaTiming } from '../src/saga-timing.ts';
import { type Buyer, startWorld } from './world.ts';

export type CardWorld = Awaited<ReturnType<typeof startCardWorld>>;

interface Fact {
  kind: 'authorisation' | 'capture' | 'refund' | 'void';
  paymentId: string;
  amount?: number;
}

interface AtProvider {
  id: string;
  status: string;
  capturedAmount: number;
  refundedAmount: number;
}

// Slow is later than anybody waits for: its outcome is unknown.
const SLOW_MS = 900;
const IMPATIENT: Partial<SagaTiming> = {
  providerTimeoutMs: 600,
  authoriseWithinMs: 1_500,
  lookAgainSeconds: 0.1,
  lostRequestSeconds: 2,
  webhooksEveryMs: 20,
};

const aSecret = () => `whsec_${randomBytes(24).toString('base64')}`;

/** The order service with the payment provider that `npm start` has. */
export async function startCardWorld(timing: Partial<SagaTiming> = {}) {
  const [oldSecret, secret] = [aSecret(), aSecret()];
  // The provider's webhooks find the process again after it was restarted.
  const port = await freePort();
  const provider = createPaymentProvider({
    webhooks: { url: `http://127.0.0.1:${port}/webhooks/payments`, secret },
    slowMs: SLOW_MS,
    lateMs: 400,
  });
  const requests: string[] = [];
  provider.addHook('onRequest', async ({ method, url }) => {
    requests.push(`${method} ${url.replace(/[0-9a-f-]{36}/, ':id')}`);
  });
  const behave = (how: object) => provider.inject({ method: 'POST', url: '/behave', payload: how });
  const providerUrl = await provider.listen({ host: '127.0.0.1', port: 0 });
  const world = await startWorld({
    timing: { ...IMPATIENT, ...timing },
    env: {
      PORT: String(port),
      PAYMENT_PROVIDER_URL: providerUrl,
      PAYMENT_WEBHOOK_SECRETS: `${oldSecret}, ${secret}`,
      PAYMENT_RETURN_URL: `http://127.0.0.1:${port}/payments/return`,
    },
  });

  const rows = <R extends object>(sql: string, values: unknown[] = []) =>
    world.database.fork().execute<R[]>(sql, values);
  const ledger = async (): Promise<Fact[]> => (await provider.inject('/ledger')).json();

  /** What the provider has of a payment, by our key; null for nothing. Only while it behaves. */
  async function atProvider(key: string): Promise<AtProvider | null> {
    const answer = await provider.inject({ url: '/payments', query: { key } });
    if (answer.statusCode === 404) return null;
    expect(answer.statusCode).toBe(200);
    return answer.json();
  }

  return {
    ...world,
    oldSecret,
    secret,
    rows,
    ledger,
    behave,
    atProvider,
    /** What the service has asked the provider. */
    requests,
    heal: async () => {
      await behave({ mode: 'ok', webhooks: 'normal', cards: 'asked' });
      world.others.heal();
    },

    /** An order by card that awaits its payment. */
    async anOrder(buyer: Buyer, input: object = {}) {
      const tea = world.others.aProduct({ price: 10_000, onHand: 10 });
      const lines = [{ productId: tea.id, quantity: 2 }];
      const { order, userErrors, errors } = await world.place(buyer, { lines, paymentMethod: 'CARD', ...input });
      if (!order?.payment) throw new Error(`No order: ${JSON.stringify({ userErrors, errors })}`);
      return { orderId: order.id, paymentId: order.payment.id, order, tea, page: order.payment.redirectUrl ?? '' };
    },

    /** What the buyer does on the provider's page. */
    decide: (page: string, decision: 'pay' | 'decline' = 'pay') =>
      fetch(page, { method: 'POST', body: new URLSearchParams({ decision }), redirect: 'manual' }),

    /** Asks the provider for something behind the service's back: what a process did just before it died. */
    atOnce: async (paymentId: string, action: 'capture' | 'void' | 'refund') => {
      const payment = await atProvider(paymentId);
      const key = `${action}:${paymentId}`;
      const url = `/payments/${payment?.id}/${action}`;
      return provider.inject({ method: 'POST', url, headers: { 'idempotency-key': key } });
    },

    async orderOf(orderId: string) {
      const [row] = await rows<{ status: string; reason: string | null; payment: string; intent: string | null }>(
        `SELECT orders.status, reason, payments.status AS payment, payment_intent AS intent
           FROM orders LEFT JOIN payments ON payments.order_id = orders.id WHERE orders.id = ?`,
        [orderId],
      );
      return row;
    },

    /** Waits until the order has the status. */
    becomes(orderId: string, status: string) {
      return eventually(async () => expect((await this.orderOf(orderId))?.status).toBe(status), { timeoutMs: 15_000 });
    },

    /** Moves the time by which the order is to be decided. */
    expire: (orderId: string, inSeconds = 0) =>
      rows('UPDATE orders SET decide_by = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ?', [inSeconds, orderId]),

    async aPaidOrder() {
      const buyer = await world.aBuyer();
      const placed = await this.anOrder(buyer);
      await this.decide(placed.page);
      await this.becomes(placed.orderId, 'COMPLETED');
      return { ...placed, buyer };
    },

    /** Signs a message as the provider does, or as told. */
    async webhook(data: unknown, how: { secret?: string; ageSeconds?: number; id?: string; body?: string } = {}) {
      const body = how.body ?? JSON.stringify({ type: 'payment.authorised', data });
      const id = how.id ?? `msg_${newId()}`;
      const timestamp = String(Math.floor(Date.now() / 1_000) - (how.ageSeconds ?? 0));
      const key = Buffer.from((how.secret ?? secret).slice('whsec_'.length), 'base64');
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      const response = await fetch(`${world.serviceUrl()}/webhooks/payments`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')} v1,${signature}`,
        },
        body,
      });
      const outcomeOf = async () =>
        (await rows<{ outcome: string | null }>('SELECT outcome FROM payment_webhooks WHERE id = ?', [id]))[0]?.outcome;
      return { status: response.status, id, outcomeOf };
    },

    /** Until nobody has anything left to do, except buyers. */
    quiet: () =>
      eventually(
        async () => {
          const open = await rows(
            `SELECT id FROM orders WHERE status <> 'AWAITING_PAYMENT' AND lease_until IS NOT NULL
             UNION ALL SELECT id FROM payment_webhooks WHERE due_at IS NOT NULL`,
          );
          expect(open).toEqual([]);
        },
        { timeoutMs: 15_000 },
      ),

    /** What the provider has kept is what completed orders owe, and every order moved money at most once each way. */
    async expectBooksToAgree(): Promise<void> {
      const facts = await ledger();
      const orders = await rows<{ key: string; status: string; total: number }>(
        `SELECT payments.id AS \`key\`, orders.status, orders.total
           FROM orders JOIN payments ON payments.order_id = orders.id WHERE method = 'CARD' AND total > 0`,
      );
      for (const { key, status, total } of orders) {
        const known = await atProvider(key);
        const its = facts.filter(({ paymentId }) => paymentId === known?.id);
        const count = (kind: Fact['kind']) => its.filter((fact) => fact.kind === kind).length;
        expect(count('capture')).toBeLessThanOrEqual(1);
        expect(count('refund')).toBeLessThanOrEqual(1);
        const kept = (known?.capturedAmount ?? 0) - (known?.refundedAmount ?? 0);
        expect({ key, status, kept }).toEqual({ key, status, kept: status === 'COMPLETED' ? Number(total) : 0 });
        // Nothing is left for a buyer to pay by mistake.
        const isOpen = known?.status === 'PENDING' || known?.status === 'AUTHORISED';
        expect({ key, status, isOpen: isOpen && status !== 'AWAITING_PAYMENT' }).toEqual({
          key,
          status,
          isOpen: false,
        });
      }
    },

    async close(): Promise<void> {
      await world.close();
      await provider.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
