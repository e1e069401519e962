import { type Database, type DatabaseOptions, openDatabase } from '@shop/subgraph-kit';
import { couponMapping } from './coupon.mapping.ts';
import { couponEventMapping } from './coupon-event.mapping.ts';
import { migrations } from './migrations/index.ts';

/** Opens this subgraph's database with its tables and classes. */
export function openCouponDatabase(options: Omit<DatabaseOptions, 'entities' | 'migrations'>): Promise<Database> {
  return openDatabase({ ...options, entities: [couponEventMapping, couponMapping], migrations });
}
