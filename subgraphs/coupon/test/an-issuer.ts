import { type Clock, systemClock } from '@shop/kernel';
import { connectRedis } from '@shop/redis';
import { createLogger, createMetrics } from '@shop/service-kit';
import { openCouponDatabase } from '../src/db/open-coupon-database.ts';
import { createIssuer } from '../src/issuing/issuer.ts';
import { patience, type World } from './world.ts';

interface IssuerSettings {
  databaseUrl?: string;
  redisUrl?: string;
  clock?: Clock;
  onStatement?: (sql: string) => void;
}

/** Another process's issuing, without its HTTP and its events: those reach it when a test says so. */
export async function anIssuer(
  world: World,
  {
    databaseUrl = world.servers.databaseUrl,
    redisUrl = world.redisUrl,
    clock = systemClock,
    onStatement,
  }: IssuerSettings = {},
) {
  const log = createLogger('test', { level: 'silent' });
  const settings = { DATABASE_URL: databaseUrl, DATABASE_MIGRATE: false, DATABASE_POOL_SIZE: 5 };
  const database = await openCouponDatabase({ settings, log, onStatement, patience });
  const redis = await connectRedis({ url: redisUrl, log });
  const metrics = createMetrics('coupon');
  const rate = { perSecond: 100, burst: 100 };
  const issuer = createIssuer({ database, redis, log, clock, rate, metrics });
  return {
    issuer,
    redis,
    metrics,
    async close() {
      await issuer.close();
      await redis.close();
      await database.close();
    },
  };
}
