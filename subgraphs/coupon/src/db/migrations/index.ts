import type { MigrationObject } from '@mikro-orm/core';
import { Coupons } from './0001-coupons.ts';
import { ExpiredCoupons } from './0002-expired-coupons.ts';

export const migrations: MigrationObject[] = [
  { name: '0001-coupons', class: Coupons },
  { name: '0002-expired-coupons', class: ExpiredCoupons },
];
