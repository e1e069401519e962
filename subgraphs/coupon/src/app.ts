import { COUPON } from '@shop/contracts';
import { connectBus, ensureStreams, serveCommands, startRelay, wakeAfterCommit } from '@shop/messaging';
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
import type { CouponConfig } from './config.ts';
import { type CouponContext, createContext } from './context.ts';
import { openCouponDatabase } from './db/open-coupon-database.ts';
import { couponCommands } from './events/coupon-commands.ts';
import { onSellOut } from './events/on-sell-out.ts';
import { couponSchema } from './graphql/schema.ts';
import { startHoldSweeper } from './hold-sweeper.ts';
import { createDatabaseClock } from './issuing/database-clock.ts';
import { createIssuer } from './issuing/issuer.ts';

export interface RunningCoupon {
  url: string;
  close(): Promise<void>;
}

/** What this process is made of, top to bottom. `onStatement` hears every SQL statement, for tests that count them. */
export async function startCoupon(
  config: CouponConfig,
  { onStatement }: { onStatement?: (sql: string) => void } = {},
): Promise<RunningCoupon> {
  const log = createLogger('coupon', { level: config.LOG_LEVEL });
  const metrics = createMetrics('coupon');
  const readiness = createReadiness();
  const closing = createCloser();
  let started = false;
  readiness.add('start', () => (started ? null : 'is starting'));

  closing.add(startTracing());
  const http = createHttpServer({ host: config.HOST, port: config.PORT, log, metrics, readiness });
  const endpoint = mountSubgraph(http);
  const url = await http.listen();

  const database = closing.add(
    await openCouponDatabase({ settings: config, log, ...(onStatement && { onStatement }) }),
  );
  readiness.add('mysql', database.ready);
  const clock = closing.add(await createDatabaseClock(database, log));

  const redis = closing.add(await connectRedis({ url: config.REDIS_URL, log }));
  readiness.add('redis', () => redis.ready(), { required: false });

  const bus = closing.add(await connectBus({ url: config.NATS_URL, name: 'coupon', log }));
  readiness.add('nats', () => bus.ready(), { required: false });
  await ensureStreams(bus, [COUPON]);
  const relay = closing.add(startRelay({ databaseUrl: config.DATABASE_URL, bus, log, metrics }));
  wakeAfterCommit(database.orm.em, relay);

  const rate = { perSecond: config.ISSUE_RATE_PER_SECOND, burst: config.ISSUE_RATE_BURST };
  const issuer = closing.add(createIssuer({ database, redis, clock, rate, log, metrics }));
  closing.add(onSellOut(bus, issuer));
  closing.add(serveCommands(bus, { queue: 'coupon', handlers: couponCommands(database), log, metrics }));
  closing.add(startHoldSweeper({ database, bus, log, everyMs: config.HOLD_SWEEP_MS }));

  const graphql = await endpoint.serve<CouponContext>({
    schema: (await couponSchema()).schema,
    verifier: createVerifier({
      jwksUrl: config.JWKS_URL,
      issuer: config.JWT_ISSUER,
      leewaySeconds: config.JWT_LEEWAY_SECONDS,
    }),
    context: (request) => createContext({ database, clock, issuer }, request),
    log,
  });
  closing.add(graphql);
  // Closed first: requests finish while everything they need is still open.
  closing.add(http);
  started = true;
  return { url, close: closing.close };
}
