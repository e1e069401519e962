import type { MigrationObject } from '@mikro-orm/core';
import { FirstTables } from './0001-first-tables.ts';

export const migrations: MigrationObject[] = [{ name: '0001-first-tables', class: FirstTables }];
