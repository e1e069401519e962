import type { Logger } from '@shop/service-kit';
import { type Database, openDatabase } from '@shop/subgraph-kit';
import { migrations } from './migrations/index.ts';
import { pointEntryMapping } from './point-entry.mapping.ts';
import { userMapping } from './user.mapping.ts';

export interface UserDatabaseOptions {
  url: string;
  migrate: boolean;
  poolSize: number;
  log: Logger;
  onStatement?: (sql: string) => void;
}

export function openUserDatabase(options: UserDatabaseOptions): Promise<Database> {
  return openDatabase({ ...options, entities: [userMapping, pointEntryMapping], migrations });
}
