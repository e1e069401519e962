import type { Logger } from '@shop/service-kit';
import { type Database, openDatabase } from '@shop/subgraph-kit';
import { categoryMapping } from './category.mapping.ts';
import { migrations } from './migrations/index.ts';
import { productMapping } from './product.mapping.ts';

export interface ProductDatabaseOptions {
  settings: { DATABASE_URL: string; DATABASE_MIGRATE: boolean; DATABASE_POOL_SIZE: number };
  log: Logger;
  /** Hears every SQL statement, for tests that count them. */
  onStatement?: (sql: string) => void;
}

export function openProductDatabase({ settings, log, onStatement }: ProductDatabaseOptions): Promise<Database> {
  return openDatabase({
    url: settings.DATABASE_URL,
    migrate: settings.DATABASE_MIGRATE,
    poolSize: settings.DATABASE_POOL_SIZE,
    entities: [categoryMapping, productMapping],
    migrations,
    log,
    ...(onStatement && { onStatement }),
  });
}
