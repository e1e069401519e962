import { createLogger, loadConfig, runCommands, runService } from '@shop/service-kit';
import { databaseConfigSchema, openDatabase } from '@shop/subgraph-kit/database';
import { startDataPlatformWorker } from './app.ts';
import { configSchema } from './config.ts';
import { migrations } from './db/migrations.ts';
import { WORKER } from './delivered.ts';

await runCommands(WORKER, {
  serve: {
    describe: 'brings events to the data platform until SIGTERM (the default)',
    run: () => runService(WORKER, () => startDataPlatformWorker(loadConfig(configSchema))),
  },
  migrate: {
    describe: 'brings the database up to date',
    async run() {
      const config = loadConfig(databaseConfigSchema);
      const settings = { ...config, DATABASE_MIGRATE: true };
      const log = createLogger(WORKER, { level: config.LOG_LEVEL });
      await (await openDatabase({ settings, entities: [], migrations, log })).close();
    },
  },
});
