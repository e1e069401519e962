import { type Database, type DatabaseOptions, openDatabase } from '@shop/subgraph-kit';
import { migrations } from './migrations/index.ts';
import { orderMapping } from './order.mapping.ts';
import { orderLineMapping } from './order-line.mapping.ts';
import { paymentMapping } from './payment.mapping.ts';

/** Opens this subgraph's database with its tables and classes. */
export function openOrderDatabase(options: Omit<DatabaseOptions, 'entities' | 'migrations'>): Promise<Database> {
  return openDatabase({ ...options, entities: [orderMapping, orderLineMapping, paymentMapping], migrations });
}
