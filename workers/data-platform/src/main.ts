import { createLogger, runCommands, runService } from '@shop/service-kit';
import { openDatabase } from '@shop/subgraph-kit/database';
import { startDataPlatformWorker } from './app.ts';
import { readConfig } from './config.ts';
import { migrations } from './db/migrations.ts';
import { WORKER } from './delivered.ts';

await runCommands(WORKER, {
  serve: {
    describe: 'brings events to the data platform until SIGTERM (the default)',
    run: () => runService(WORKER, () => startDataPlatformWorker(readConfig())),
  },
  migrate: {
    describe: 'brings the database up to date',
    async run() {
      const { DATABASE_URL: url, LOG_LEVEL: level } = readConfig();
      const database = await openDatabase({
        url,
        entities: [],
        migrations,
        migrate: true,
        log: createLogger(WORKER, { level }),
      });
      await database.close();
    },
  },
});
