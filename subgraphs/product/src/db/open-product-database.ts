import { type Database, type DatabaseOptions, openDatabase } from '@shop/subgraph-kit';
import { categoryMapping } from './category.mapping.ts';
import { migrations } from './migrations/index.ts';
import { productMapping } from './product.mapping.ts';

/** Opens this subgraph's database with its tables and classes. */
export function openProductDatabase(options: Omit<DatabaseOptions, 'entities' | 'migrations'>): Promise<Database> {
  return openDatabase({ ...options, entities: [categoryMapping, productMapping], migrations });
}
