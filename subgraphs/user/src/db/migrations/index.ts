import type { MigrationObject } from '@mikro-orm/core';
import { FirstTables } from './0001-first-tables.ts';
import { PointsLedger } from './0002-points-ledger.ts';

export const migrations: MigrationObject[] = [
  { name: '0001-first-tables', class: FirstTables },
  { name: '0002-points-ledger', class: PointsLedger },
];
