import 'reflect-metadata';
import { loadConfig } from '@shop/service-kit';
import { runSubgraph } from '@shop/subgraph-kit';
import { startCoupon } from './app.ts';
import { configSchema } from './config.ts';
import { openCouponDatabase } from './db/open-coupon-database.ts';
import { couponSchema } from './graphql/schema.ts';

await runSubgraph('coupon', {
  start: () => startCoupon(loadConfig(configSchema)),
  openDatabase: openCouponDatabase,
  schema: couponSchema,
});
