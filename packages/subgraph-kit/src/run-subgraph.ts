import { type Closable, type Command, runCommands, runService } from '@shop/service-kit';
import type { Subgraph } from './build-subgraph.ts';

export interface SubgraphProgram {
  /** Starts the whole process from its environment. */
  start(): Promise<Closable>;
  /** Brings the database up to date and closes it. */
  migrate(): Promise<void>;
  schema(): Promise<Subgraph>;
  /** What only this subgraph can do. */
  commands?: Record<string, Command>;
}

/** The command line every subgraph has: `serve`, `migrate`, `schema`, and its own commands. */
export function runSubgraph(name: string, { start, migrate, schema, commands = {} }: SubgraphProgram): Promise<void> {
  return runCommands(name, {
    serve: { describe: 'answers requests until SIGTERM (the default)', run: () => runService(name, start) },
    migrate: { describe: 'brings the database up to date', run: migrate },
    schema: {
      describe: 'prints the SDL that is composed into the supergraph',
      run: async () => process.stdout.write(`${(await schema()).sdl}\n`),
    },
    ...commands,
  });
}
