import type { MigrationObject } from '@mikro-orm/core';
import { Orders } from './0001-orders.ts';

export const migrations: MigrationObject[] = [{ name: '0001-orders', class: Orders }];
