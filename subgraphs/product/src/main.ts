import 'reflect-metadata';
import { loadConfig } from '@shop/service-kit';
import { runSubgraph } from '@shop/subgraph-kit';
import { startProduct } from './app.ts';
import { configSchema } from './config.ts';
import { openProductDatabase } from './db/open-product-database.ts';
import { productSchema } from './graphql/schema.ts';

await runSubgraph('product', {
  start: () => startProduct(loadConfig(configSchema)),
  openDatabase: openProductDatabase,
  schema: productSchema,
});
