import type { MigrationObject } from '@mikro-orm/core';
import { Orders } from './0001-orders.ts';
import { CardPayments } from './0002-card-payments.ts';

export const migrations: MigrationObject[] = [
  { name: '0001-orders', class: Orders },
  { name: '0002-card-payments', class: CardPayments },
];
