import { type Database, type DatabaseOptions, openDatabase } from '@shop/subgraph-kit';
import { migrations } from './migrations/index.ts';
import { pointEntryMapping } from './point-entry.mapping.ts';
import { userMapping } from './user.mapping.ts';

/** Opens this subgraph's database with its tables and classes. */
export function openUserDatabase(options: Omit<DatabaseOptions, 'entities' | 'migrations'>): Promise<Database> {
  return openDatabase({ ...options, entities: [userMapping, pointEntryMapping], migrations });
}
