import { type Closable, type Command, createLogger, loadConfig, runCommands, runService } from '@shop/service-kit';
import type { Subgraph } from './build-subgraph.ts';
import { type Database, type DatabaseOptions, databaseConfigSchema } from './database.ts';

/** What the program of a subgraph can do. */
export interface SubgraphProgram {
  /** Starts the whole process from its environment. */
  start(): Promise<Closable>;
  openDatabase(options: Pick<DatabaseOptions, 'settings' | 'log'>): Promise<Database>;
  schema(): Promise<Subgraph>;
  /** What only this subgraph can do. */
  commands?: Record<string, Command>;
}

/** The command line every subgraph has: `serve`, `migrate`, `schema`, and its own commands. */
export function runSubgraph(
  name: string,
  { start, openDatabase, schema, commands = {} }: SubgraphProgram,
): Promise<void> {
  return runCommands(name, {
    serve: { describe: 'answers requests until SIGTERM (the default)', run: () => runService(name, start) },
    migrate: {
      describe: 'brings the database up to date',
      async run() {
        const config = loadConfig(databaseConfigSchema);
        const settings = { ...config, DATABASE_MIGRATE: true };
        await (await openDatabase({ settings, log: createLogger(name, { level: config.LOG_LEVEL }) })).close();
      },
    },
    schema: {
      describe: 'prints the SDL that is composed into the supergraph',
      run: async () => process.stdout.write(`${(await schema()).sdl}\n`),
    },
    ...commands,
  });
}
