import type { MigrationObject } from '@mikro-orm/core';
import { Coupons } from './0001-coupons.ts';

export const migrations: MigrationObject[] = [{ name: '0001-coupons', class: Coupons }];
