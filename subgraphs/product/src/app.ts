import { OrderOutcome } from '@shop/contracts';
import { systemClock } from '@shop/kernel';
import { type Bus, openLateBus, sendCommand, serveCommands } from '@shop/messaging';
import { connectRedis, createRecentWrites, createReplayCache } from '@shop/redis';
import {
  type Closable,
  createCloser,
  type ProcessParts,
  type RunningProcess,
  startPeriodic,
  startProcess,
} from '@shop/service-kit';
import {
  createVerifier,
  type Database,
  forgetOldKeys,
  mountSubgraph,
  openReplicaReads,
  type SubgraphRequest,
} from '@shop/subgraph-kit';
import type { ProductConfig } from './config.ts';
import { createContext, type ProductServices } from './context.ts';
import { openProductDatabase } from './db/open-product-database.ts';
import { onProductChanged } from './events/on-product-changed.ts';
import { stockCommands } from './events/stock-commands.ts';
import { productSchema } from './graphql/schema.ts';
import { createProductCache } from './reads/product-cache.ts';
import { forgetOldTombstones } from './use-cases/forget-old-tombstones.ts';
import { settleLateHolds } from './use-cases/settle-late-holds.ts';

const HOUR_MS = 3_600_000;

/** What this process is made of, top to bottom. `onStatement` hears every SQL statement, for tests that count them. */
export function startProduct(
  config: ProductConfig,
  { onStatement }: { onStatement?: (sql: string) => void } = {},
): Promise<RunningProcess> {
  return startProcess('product', config, async (parts) => {
    const { http, closing, readiness, metrics, log } = parts;
    const endpoint = mountSubgraph(http);
    const url = await http.listen();

    const redis = closing.add(await connectRedis({ url: config.REDIS_URL, log }));
    readiness.add('redis', () => redis.ready(), { required: false });
    const database = closing.add(await openProductDatabase({ settings: config, log, onStatement }));
    readiness.add('mysql', database.ready);
    // Browsing goes on without NATS; orders, which do not, are refused by whoever cannot reach us.
    const bus = closing.add(await openLateBus({ url: config.NATS_URL, name: 'product', streams: [], log }));
    readiness.add('nats', bus.ready, { required: false });

    const recentWrites = createRecentWrites({ redis, keptSeconds: config.READ_YOUR_WRITES_SECONDS });
    const replicaReads = closing.add(
      await openReplicaReads({ settings: config, database, recentWrites, metrics, log }),
    );

    const cache = createProductCache({ database, redis, metrics, log });
    closing.add(bus.begin((there) => onProductChanged(there, cache)));
    closing.add(bus.begin((there) => startCommands(parts, { config, bus: there, database })));
    const forgetKeys = () => forgetOldKeys(database.fork());
    closing.add(startPeriodic({ name: 'forgetOldKeys', everyMs: HOUR_MS, work: forgetKeys, log }));

    const services: ProductServices = {
      database,
      replicaReads,
      cache,
      bus,
      replays: createReplayCache({ redis, service: 'product' }),
      clock: systemClock,
    };
    const verifier = createVerifier({
      jwksUrl: config.JWKS_URL,
      issuer: config.JWT_ISSUER,
      leewaySeconds: config.JWT_LEEWAY_SECONDS,
      log,
    });
    const { schema } = await productSchema();
    const context = (request: SubgraphRequest) => createContext(services, request);
    endpoint.serve({ schema, verifier, context, log, recentWrites });
    return { url };
  });
}

function startCommands(
  { log, metrics }: ProcessParts,
  { config, bus, database }: { config: ProductConfig; bus: Bus; database: Database },
): Closable {
  const closing = createCloser();
  closing.add(serveCommands(bus, { queue: 'product', handlers: stockCommands(database), log, metrics }));
  const outcomeOf = async (orderId: string) => (await sendCommand(bus, OrderOutcome, { orderId })).outcome;
  const sweep = async () => {
    await settleLateHolds({ em: database.fork(), outcomeOf, log });
    await forgetOldTombstones({ em: database.fork() });
  };
  closing.add(startPeriodic({ name: 'settleLateHolds', everyMs: config.HOLD_SWEEP_MS, work: sweep, log }));
  return closing;
}
