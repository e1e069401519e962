import type { AnyEntity, EntityClass, EntitySchema, MigrationObject } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM, type Options } from '@mikro-orm/mysql';
import { type Logger, reasonOf, setting, waitUntilThere } from '@shop/service-kit';
import { CompiledQuery, type DatabaseConnection } from 'kysely';
import { z } from 'zod';
import { heartbeatMigration } from './heartbeat.ts';

/** What a process with a database reads from its environment. */
export const databaseSettings = {
  DATABASE_URL: setting.url('mysql'),
  DATABASE_MIGRATE: setting.flag(false),
  DATABASE_POOL_SIZE: setting.integer(10, { min: 2, max: 500 }),
};

/** What a command needs that touches the database and nothing else. */
export const databaseConfigSchema = z.object({ ...databaseSettings, LOG_LEVEL: setting.logLevel() });

/** The settings of a database, read and checked. */
export type DatabaseSettings = Pick<z.output<typeof databaseConfigSchema>, keyof typeof databaseSettings>;

/** Which database is opened, with which tables and classes. */
export interface DatabaseOptions {
  /** `DATABASE_MIGRATE` runs pending migrations before anything else, one process at a time. */
  settings: DatabaseSettings;
  entities: (EntitySchema | EntityClass<AnyEntity>)[];
  migrations: MigrationObject[];
  log: Logger;
  /** Hears every SQL statement, for tests that count them. */
  onStatement?: ((sql: string) => void) | undefined;
}

/** The database of one subgraph. */
export interface Database {
  orm: MikroORM;
  /** A unit of work for one request, command or event. */
  fork(): EntityManager;
  /** The same tables and classes on another server, for nothing but reading; does not wait for it. */
  openReplica(url: string): Promise<MikroORM>;
  /** Null, or why the database cannot be used. */
  ready(): Promise<string | null>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;

/**
 * Opens the database, waiting for it when it is not there yet. Transactions run READ COMMITTED: every check that
 * matters is a conditional UPDATE or a constraint, and the gap locks of REPEATABLE READ would only add deadlocks.
 * Batched updates are off because they lose optimistic locks (see docs/adr).
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { settings, migrations, log } = options;
  const orm = await connectTo(settings.DATABASE_URL, options, {
    sessionsAre: 'ISOLATION LEVEL READ COMMITTED',
    extensions: [Migrator],
    migrations: {
      migrationsList: [...migrations, heartbeatMigration],
      snapshot: false,
      silent: true,
      tableName: 'migrations',
      disableForeignKeys: false,
    },
  });

  await waitUntilThere('MySQL', () => orm.em.fork().execute('SELECT 1'), { log });
  if (settings.DATABASE_MIGRATE) await migrate(orm, log);

  return {
    orm,
    fork: () => orm.em.fork(),
    openReplica: (url) =>
      connectTo(url, options, { sessionsAre: 'ISOLATION LEVEL READ COMMITTED, READ ONLY', ensureDatabase: false }),
    ready: () =>
      orm.em
        .fork()
        .execute('SELECT 1')
        .then(() => null, reasonOf),
    close: () => orm.close(true),
  };
}

type Connecting = Pick<Options, 'extensions' | 'migrations' | 'ensureDatabase'> & {
  /** What every connection begins with: SET SESSION TRANSACTION …. */
  sessionsAre: string;
};

function connectTo(
  url: string,
  { settings, entities, onStatement }: DatabaseOptions,
  { sessionsAre, ...more }: Connecting,
): Promise<MikroORM> {
  return MikroORM.init({
    clientUrl: url,
    entities,
    useBatchUpdates: false,
    forceUtcTimezone: true,
    preferReadReplicas: false,
    allowGlobalContext: false,
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: settings.DATABASE_POOL_SIZE },
    driverOptions: { connectTimeout: CONNECT_TIMEOUT_MS, supportBigNumbers: true, enableKeepAlive: true },
    onCreateConnection: async (connection) => {
      const statement = CompiledQuery.raw(`SET SESSION TRANSACTION ${sessionsAre}`);
      await (connection as DatabaseConnection).executeQuery(statement);
    },
    ...more,
    ...(onStatement && { debug: ['query'], logger: onStatement, colors: false }),
  });
}

/** Brings the schema up to date; processes that start together take turns. */
async function migrate(orm: MikroORM, log: Logger): Promise<void> {
  // GET_LOCK belongs to a connection, and a transaction is what keeps one.
  await orm.em.fork().transactional(async (em) => {
    await em.execute(`SELECT GET_LOCK(CONCAT('migrate:', DATABASE()), 60)`);
    try {
      const applied = await orm.migrator.up();
      if (applied.length > 0) log.info({ migrations: applied.map(({ name }) => name) }, 'Migrated the database.');
    } finally {
      await em.execute(`SELECT RELEASE_LOCK(CONCAT('migrate:', DATABASE()))`);
    }
  });
}
