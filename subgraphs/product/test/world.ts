import { ConfirmStock, HoldStock, ReleaseStock, RestockProducts } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { connectBus, sendCommand } from '@shop/messaging';
import { createLogger, loadConfig } from '@shop/service-kit';
import {
  type GraphqlAnswer,
  type GraphqlClient,
  graphqlClient,
  patience,
  startTestServers,
  testTokens,
} from '@shop/testkit';
import { startProduct } from '../src/app.ts';
import { configSchema, type ProductConfig } from '../src/config.ts';
import { openProductDatabase } from '../src/db/open-product-database.ts';

const log = createLogger('test', { level: 'silent' });

export interface WorldOptions {
  env?: Record<string, string>;
  /** A MySQL that the test may stop. */
  ownMysql?: boolean;
  /** Gives the service a replica to read from. */
  replica?: boolean;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

export interface ProductParts {
  name?: string;
  description?: string | null;
  categoryId?: string | null;
  price?: number;
  stock?: number;
}

/** The product service on servers of its own, those who talk to it, and a look into its database. */
export async function startWorld({ env = {}, ownMysql = false, replica = false }: WorldOptions = {}) {
  const servers = await startTestServers({ redis: true, nats: true, database: 'product', ownMysql, replica });
  const tokens = await testTokens();
  const config: ProductConfig = loadConfig(configSchema, {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: servers.databaseUrl,
    DATABASE_MIGRATE: 'true',
    REDIS_URL: servers.redis.url,
    NATS_URL: servers.nats.url,
    JWKS_URL: tokens.jwksUrl,
    JWT_ISSUER: tokens.issuer,
    HOLD_SWEEP_MS: '60000',
    ...(replica && { DATABASE_REPLICA_URLS: servers.replica.url }),
    ...env,
  });
  const statements: string[] = [];
  const running = [await startProduct(config, { onStatement: (sql) => statements.push(sql) })];
  const url = running[0]?.url ?? '';
  const database = await openProductDatabase({ settings: { ...config, DATABASE_MIGRATE: false }, log });
  const bus = await connectBus({ url: servers.nats.url, name: 'test', log });

  const adminToken = await tokens.mint({ userId: newId(), role: 'ADMIN' });
  const clientOf = (base: string, token?: string) => graphqlClient(`${base}/graphql`, token ? { token } : {});
  const admin = clientOf(url, adminToken);

  async function aCategory(name = 'Tea'): Promise<string> {
    const { createCategory } = await dataOf<{ createCategory: { category: { id: string } } }>(
      admin.query('mutation ($name: String!) { createCategory(input: { name: $name }) { category { id } } }', { name }),
    );
    return createCategory.category.id;
  }

  async function aProduct(parts: ProductParts = {}): Promise<string> {
    const { createProduct } = await dataOf<{ createProduct: { product: { id: string } } }>(
      admin.query('mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }', {
        input: { name: 'Green tea', price: 5_000, stock: 100, ...parts },
      }),
    );
    return createProduct.product.id;
  }

  return {
    servers,
    bus,
    url,
    admin,
    anonymous: clientOf(url),
    shopper: clientOf(url, await tokens.mint({ userId: newId() })),
    statements,
    aCategory,
    aProduct,

    /** Another process of the same service. */
    async startAnother(): Promise<{ url: string; admin: GraphqlClient }> {
      const instance = await startProduct(config);
      running.push(instance);
      return { url: instance.url, admin: clientOf(instance.url, adminToken) };
    },

    hold: (orderId: string, lines: { productId: string; quantity: number }[], expiresInSeconds = 60) =>
      sendCommand(bus, HoldStock, { orderId, userId: newId(), lines, expiresInSeconds }, patience),
    confirm: async (orderId: string) => (await sendCommand(bus, ConfirmStock, { orderId }, patience)).outcome,
    release: async (orderId: string) => (await sendCommand(bus, ReleaseStock, { orderId }, patience)).outcome,
    restock: async (orderId: string) => (await sendCommand(bus, RestockProducts, { orderId }, patience)).outcome,

    rows: <Row extends object>(statement: string, values: unknown[] = []) =>
      database.fork().execute<Row[]>(statement, values),

    /** The stock as it is stored. */
    async stock(productId: string): Promise<{ onHand: number; held: number }> {
      const rows = await database
        .fork()
        .execute<{ onHand: number; held: number }[]>('SELECT on_hand AS onHand, held FROM stock WHERE product_id = ?', [
          productId,
        ]);
      return { onHand: rows[0]?.onHand ?? -1, held: rows[0]?.held ?? -1 };
    },

    /** How many statements the service sends while `work` runs. */
    async countStatements(work: () => Promise<unknown>): Promise<number> {
      statements.length = 0;
      await work();
      return statements.length;
    },

    async close() {
      await Promise.all(running.map((instance) => instance.close()));
      await bus.close();
      await database.close();
      await tokens.close();
      await servers.close();
    },
  };
}

/** The data of an answer that must have no errors. */
export async function dataOf<Data>(answer: Promise<GraphqlAnswer>): Promise<Data> {
  const { data, errors } = await answer;
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data as Data;
}
