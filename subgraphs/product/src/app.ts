import { connectBus, serveCommands } from '@shop/messaging';
import { connectRedis } from '@shop/redis';
import {
  createCloser,
  createHttpServer,
  createLogger,
  createMetrics,
  createReadiness,
  startTracing,
} from '@shop/service-kit';
import { createVerifier, mountSubgraph } from '@shop/subgraph-kit';
import { createProductCache } from './catalogue/product-cache.ts';
import type { ProductConfig } from './config.ts';
import { createContextFactory } from './context.ts';
import { openProductDatabase } from './db/open-product-database.ts';
import { onProductChanged } from './events/on-product-changed.ts';
import { stockCommands } from './events/stock-commands.ts';
import { productSchema } from './graphql/schema.ts';
import { startHoldSweeper } from './hold-sweeper.ts';

export interface RunningProduct {
  url: string;
  close(): Promise<void>;
}

/** What this process is made of, top to bottom. `onStatement` hears every SQL statement, for tests that count them. */
export async function startProduct(
  config: ProductConfig,
  { onStatement }: { onStatement?: (sql: string) => void } = {},
): Promise<RunningProduct> {
  const log = createLogger('product', { level: config.LOG_LEVEL });
  const metrics = createMetrics('product');
  const readiness = createReadiness();
  const closing = createCloser();
  closing.add(startTracing());

  const http = createHttpServer({ host: config.HOST, port: config.PORT, log, metrics, readiness });
  const endpoint = mountSubgraph(http);
  let started = false;
  readiness.add('start', () => (started ? null : 'is starting'));
  const url = await http.listen();

  const redis = closing.add(await connectRedis({ url: config.REDIS_URL, log }));
  readiness.add('redis', () => redis.ready(), { required: false });
  const database = closing.add(
    await openProductDatabase({ settings: config, log, ...(onStatement && { onStatement }) }),
  );
  readiness.add('mysql', () => database.ready());
  const bus = closing.add(await connectBus({ url: config.NATS_URL, name: 'product', log }));
  // Browsing goes on without NATS; orders, which do not, are refused by whoever cannot reach us.
  readiness.add('nats', () => bus.ready(), { required: false });

  const cache = createProductCache({ database, redis, metrics, log });
  closing.add(onProductChanged(bus, cache));
  closing.add(serveCommands(bus, { queue: 'product', handlers: stockCommands(database), log, metrics }));
  closing.add(startHoldSweeper({ database, bus, everyMs: config.HOLD_SWEEP_MS, log }));

  const { schema } = await productSchema();
  const verifier = createVerifier({
    jwksUrl: config.JWKS_URL,
    issuer: config.JWT_ISSUER,
    leewaySeconds: config.JWT_LEEWAY_SECONDS,
  });
  const context = createContextFactory({ database, cache, bus });
  closing.add(await endpoint.serve({ schema, verifier, context, log }));
  // Closed first: requests finish while everything they need is still open.
  closing.add(http);
  started = true;
  return { url, close: closing.close };
}
