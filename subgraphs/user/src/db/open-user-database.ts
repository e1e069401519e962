import type { Logger } from '@shop/service-kit';
import { type Database, openDatabase } from '@shop/subgraph-kit';
import { migrations } from './migrations/index.ts';
import { pointEntryMapping } from './point-entry.mapping.ts';
import { userMapping } from './user.mapping.ts';

export interface UserDatabaseOptions {
  settings: { DATABASE_URL: string; DATABASE_MIGRATE: boolean; DATABASE_POOL_SIZE: number };
  log: Logger;
  onStatement?: (sql: string) => void;
}

export function openUserDatabase({ settings, ...more }: UserDatabaseOptions): Promise<Database> {
  return openDatabase({
    url: settings.DATABASE_URL,
    migrate: settings.DATABASE_MIGRATE,
    poolSize: settings.DATABASE_POOL_SIZE,
    entities: [userMapping, pointEntryMapping],
    migrations,
    ...more,
  });
}
