import type { Logger } from '@shop/service-kit';
import { type Database, openDatabase } from '@shop/subgraph-kit';
import type { DatabaseConfig } from '../config.ts';
import { couponMapping } from './coupon.mapping.ts';
import { couponEventMapping } from './coupon-event.mapping.ts';
import { migrations } from './migrations/index.ts';

export interface CouponDatabaseOptions {
  settings: DatabaseConfig;
  log: Logger;
  onStatement?: (sql: string) => void;
}

export function openCouponDatabase({ settings, log, onStatement }: CouponDatabaseOptions): Promise<Database> {
  return openDatabase({
    url: settings.DATABASE_URL,
    migrate: settings.DATABASE_MIGRATE,
    poolSize: settings.DATABASE_POOL_SIZE,
    entities: [couponEventMapping, couponMapping],
    migrations,
    log,
    ...(onStatement && { onStatement }),
  });
}
