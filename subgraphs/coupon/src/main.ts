import 'reflect-metadata';
import { createLogger, loadConfig } from '@shop/service-kit';
import { runSubgraph } from '@shop/subgraph-kit';
import { startCoupon } from './app.ts';
import { configSchema, databaseConfigSchema } from './config.ts';
import { openCouponDatabase } from './db/open-coupon-database.ts';
import { couponSchema } from './graphql/schema.ts';

await runSubgraph('coupon', {
  start: () => startCoupon(loadConfig(configSchema)),
  async migrate() {
    const config = loadConfig(databaseConfigSchema);
    const log = createLogger('coupon', { level: config.LOG_LEVEL });
    const database = await openCouponDatabase({ settings: { ...config, DATABASE_MIGRATE: true }, log });
    await database.close();
  },
  schema: couponSchema,
});
