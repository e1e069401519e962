import 'reflect-metadata';
import { loadConfig } from '@shop/service-kit';
import { runSubgraph } from '@shop/subgraph-kit';
import { startOrder } from './app.ts';
import { configSchema } from './config.ts';
import { openOrderDatabase } from './db/open-order-database.ts';
import { orderSchema } from './graphql/schema.ts';

await runSubgraph('order', {
  start: () => startOrder(loadConfig(configSchema)),
  openDatabase: openOrderDatabase,
  schema: orderSchema,
});
