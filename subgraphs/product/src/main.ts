import 'reflect-metadata';
import { createLogger, loadConfig } from '@shop/service-kit';
import { runSubgraph } from '@shop/subgraph-kit';
import { startProduct } from './app.ts';
import { configSchema, databaseConfigSchema } from './config.ts';
import { openProductDatabase } from './db/open-product-database.ts';
import { productSchema } from './graphql/schema.ts';

await runSubgraph('product', {
  start: () => startProduct(loadConfig(configSchema)),
  async migrate() {
    const config = loadConfig(databaseConfigSchema);
    const log = createLogger('product', { level: config.LOG_LEVEL });
    const database = await openProductDatabase({ settings: { ...config, DATABASE_MIGRATE: true }, log });
    await database.close();
  },
  schema: productSchema,
});
