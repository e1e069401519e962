import 'reflect-metadata';
import { newId, type Role } from '@shop/kernel';
import { connectBus } from '@shop/messaging';
import { createLogger, loadConfig } from '@shop/service-kit';
import { type GraphqlClient, graphqlClient, startTestServers, testTokens } from '@shop/testkit';
import { startOrder } from '../src/app.ts';
import { configSchema } from '../src/config.ts';
import { openOrderDatabase } from '../src/db/open-order-database.ts';
import type { SagaTiming } from '../src/saga-timing.ts';
import { startOtherServices } from './others/other-services.ts';
import type { Account } from './others/points.ts';

export interface Buyer {
  id: string;
  client: GraphqlClient;
  account: Account;
}

export interface OrderAnswer {
  order: {
    id: string;
    status: string;
    reason: string | null;
    completedAt: string | null;
    subtotal: { amount: number };
    discount: { amount: number };
    total: { amount: number };
    coupon: { id: string } | null;
    user: { id: string };
    lines: { productName: string; quantity: number; lineTotal: { amount: number }; product: { id: string } }[];
    payment: {
      id: string;
      method: string;
      status: string;
      amount: { amount: number };
      redirectUrl: string | null;
    } | null;
  } | null;
  userErrors: { code: string; message: string; path: string[] | null }[];
}

export const ORDER_FIELDS = `id status reason completedAt subtotal { amount } discount { amount } total { amount }
  coupon { id } user { id } payment { id method status amount { amount } redirectUrl }
  lines { productName quantity lineTotal { amount } product { id } }`;

const PLACE = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) { order { ${ORDER_FIELDS} } userErrors { code message path } } }`;
const CANCEL = `mutation ($input: CancelOrderInput!) {
  cancelOrder(input: $input) { order { ${ORDER_FIELDS} } userErrors { code message path } } }`;

// Patience costs a test its time; the lease stays longer than driving takes on a busy machine.
const IMPATIENT: Partial<SagaTiming> = {
  holdWithinMs: 800,
  commandTimeoutMs: 250,
  settleWithinMs: 400,
  recoverEveryMs: 50,
};

export interface WorldOptions {
  timing?: Partial<SagaTiming>;
  /** Gives the service a replica to read from. */
  replica?: boolean;
  env?: Record<string, string>;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** The order service on servers of its own, with the services it orders from. */
export async function startWorld({ timing = {}, replica = false, env = {} }: WorldOptions = {}) {
  const servers = await startTestServers({ nats: true, database: 'order', redis: replica, replica });
  const tokens = await testTokens();
  const log = createLogger('test', { level: 'silent' });
  const bus = await connectBus({ url: servers.nats.url, name: 'other-services', log });
  const others = startOtherServices(bus);
  const statements: string[] = [];
  const config = loadConfig(configSchema, {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: servers.databaseUrl,
    DATABASE_MIGRATE: 'true',
    NATS_URL: servers.nats.url,
    JWKS_URL: tokens.jwksUrl,
    ...(replica && { DATABASE_REPLICA_URLS: servers.replica.url, REDIS_URL: servers.redis.url }),
    ...env,
  });
  const start = (more: Partial<SagaTiming> = {}, settings = config) =>
    startOrder(settings, {
      timing: { ...IMPATIENT, ...timing, ...more },
      onStatement: (sql) => statements.push(sql),
    });
  let service = await start();
  const database = await openOrderDatabase({ settings: config, log });
  const clientOf = (token?: string) => graphqlClient(`${service.url}/graphql`, token === undefined ? {} : { token });

  async function mutate(document: string, name: string, buyer: Buyer, input: object, headers?: Record<string, string>) {
    const answer = await buyer.client.query<Record<string, OrderAnswer>>(document, { input }, headers);
    return { ...answer, ...(answer.data?.[name] ?? { order: null, userErrors: [] }) };
  }

  return {
    servers,
    bus,
    others,
    database,
    /** Another process of the same service. */
    startAnother: (more: Partial<SagaTiming> = {}) => start(more, { ...config, PORT: 0 }),
    serviceUrl: () => service.url,

    stop: () => service.close(),
    /** Ends the process and starts it anew, on another port unless it was given one. */
    async restart(more: Partial<SagaTiming> = {}): Promise<void> {
      await service.close();
      service = await start(more);
    },

    async aBuyer({ points = 1_000_000, role = 'USER' as Role } = {}): Promise<Buyer> {
      const id = newId();
      const token = await tokens.mint({ userId: id, role });
      const buyer = { id, account: others.anAccount(id, points) };
      return Object.defineProperty(buyer as Buyer, 'client', { get: () => clientOf(token) });
    },
    anonymous: () => clientOf(),

    /** Answers with what the mutation returned, and with the errors when it did not. */
    place: (buyer: Buyer, input: object, headers?: Record<string, string>) =>
      mutate(PLACE, 'placeOrder', buyer, { idempotencyKey: newId(), ...input }, headers),
    cancel: (buyer: Buyer, input: object) => mutate(CANCEL, 'cancelOrder', buyer, input),

    /** What is left to do for all orders together. */
    async unsettled(): Promise<number> {
      const [row] = await database
        .fork()
        .execute<{ unsettled: number }[]>('SELECT COUNT(*) AS unsettled FROM orders WHERE lease_until IS NOT NULL');
      return Number(row?.unsettled);
    },

    /** The events of an order as they were recorded, published or not. */
    async eventsOf(orderId: string) {
      const rows = await database.fork().execute<{ type: string; version: number | null; envelope: string }[]>(
        `SELECT id, type, aggregate_version AS version, envelope FROM outbox_archive WHERE aggregate_id = ?
         UNION SELECT id, type, aggregate_version, envelope FROM outbox_pending WHERE aggregate_id = ? ORDER BY id`,
        [orderId, orderId],
      );
      return rows.map(({ type, version, envelope }) => ({ type, version, data: JSON.parse(envelope).data }));
    },

    /** The SQL statements of the service while `work` runs, without those of its background jobs. */
    async statementsOf(work: () => Promise<unknown>): Promise<string[]> {
      statements.length = 0;
      await work();
      return statements.filter((sql) => !/lease_until` <=|begin|commit|set session/i.test(sql));
    },

    async close() {
      others.heal();
      await service.close();
      await others.close();
      await database.close();
      await bus.close();
      await tokens.close();
      await servers.close();
    },
  };
}
