import 'reflect-metadata';
import { createLogger, loadConfig } from '@shop/service-kit';
import { databaseSettings, runSubgraph } from '@shop/subgraph-kit';
import { z } from 'zod';
import { startOrder } from './app.ts';
import { configSchema } from './config.ts';
import { openOrderDatabase } from './db/open.ts';
import { orderSchema } from './graphql/schema.ts';

await runSubgraph('order', {
  start: () => startOrder(loadConfig(configSchema)),
  async migrate() {
    const { DATABASE_URL: url } = loadConfig(z.object(databaseSettings));
    const database = await openOrderDatabase({ url, migrate: true, log: createLogger('order') });
    await database.close();
  },
  schema: orderSchema,
});
