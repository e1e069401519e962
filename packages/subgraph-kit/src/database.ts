import type { AnyEntity, EntityClass, EntitySchema, MigrationObject } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM, type Options } from '@mikro-orm/mysql';
import { type Logger, reasonOf, setting, waitUntilThere } from '@shop/service-kit';
import { CompiledQuery, type DatabaseConnection } from 'kysely';
import { z } from 'zod';
import { heartbeatMigration } from './heartbeat.ts';
import { type Address, impatientSocket } from './impatient-socket.ts';

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
  /** For a command whose statements take longer than those of a service, and for tests that cannot wait for so long. */
  patience?: Partial<Patience>;
  /** Hears every SQL statement, for tests that count them. */
  onStatement?: ((sql: string) => void) | undefined;
}

/** How long a process waits for its database, and its database for it. */
export interface Patience {
  /** For a row that another transaction holds, or a table that is altered; then the statement fails. */
  lockWaitSeconds: number;
  /** Without a statement; then the server ends the session, and with it the transaction and its locks. */
  idleSeconds: number;
  /** Without an answer; then the connection is given up, and who waited on it is told. A SELECT ends a little sooner. */
  answerSeconds: number;
}

/**
 * A transaction waits for nothing but its database and lasts milliseconds, so whoever holds a row for seconds is stopped
 * or cut off: MySQL would wait for it 8 hours, and a client for a server that vanished about 15 minutes. A client that
 * was refused the row once has it when it asks again within the 10 s that the gateway gives it. What is cut off while it
 * waits for a row or a table gives up waiting before it would be next to hold it. A busy process is silent for less than 10 s.
 */
const PATIENCE: Patience = { lockWaitSeconds: 5, idleSeconds: 10, answerSeconds: 10 };

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
  const { settings, log } = options;
  const patience = { ...PATIENCE, ...options.patience };
  const orm = await connectTo(settings.DATABASE_URL, options, {
    session: [READ_COMMITTED, limitedTo(patience)],
    patience,
  });

  await waitUntilThere('MySQL', () => orm.em.fork().execute('SELECT 1'), { log });
  if (settings.DATABASE_MIGRATE) await migrate(options);

  return {
    orm,
    fork: () => orm.em.fork(),
    openReplica: (url) =>
      connectTo(url, options, {
        session: [`${READ_COMMITTED}, READ ONLY`, limitedTo(patience)],
        patience,
        ensureDatabase: false,
      }),
    ready: () =>
      orm.em
        .fork()
        .execute('SELECT 1')
        .then(() => null, reasonOf),
    close: () => orm.close(true),
  };
}

const READ_COMMITTED = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED';

/**
 * MySQL goes on with a SELECT for a client that has gone, and new connections would only add to what it does for nobody.
 * It alone reads the comment: MariaDB, which stands in for it as the last resort, has no such variable.
 */
const limitedTo = ({ idleSeconds, lockWaitSeconds, answerSeconds }: Patience) =>
  `SET SESSION wait_timeout = ${idleSeconds}, innodb_lock_wait_timeout = ${lockWaitSeconds},
     lock_wait_timeout = ${lockWaitSeconds} /*!80000 , max_execution_time = ${answerSeconds * 900} */`;

type Connecting = Pick<Options, 'extensions' | 'migrations' | 'ensureDatabase'> & {
  /** The statements every session begins with. */
  session: readonly string[];
  /** Without it connections stay for as long as the server has them, and statements take as long as they need. */
  patience?: Patience;
};

function connectTo(
  url: string,
  { settings, entities, onStatement }: DatabaseOptions,
  { session, patience, ...more }: Connecting,
): Promise<MikroORM> {
  const max = settings.DATABASE_POOL_SIZE;
  return MikroORM.init({
    clientUrl: url,
    entities,
    useBatchUpdates: false,
    forceUtcTimezone: true,
    preferReadReplicas: false,
    allowGlobalContext: false,
    discovery: { warnWhenNoEntities: false },
    // The pool lets go of an idle connection before the server does, so that nobody is given a dead one.
    pool: { min: 0, max, ...(patience && { idleTimeoutMillis: patience.idleSeconds * 500 }) },
    driverOptions: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      supportBigNumbers: true,
      gracefulEnd: true,
      // With its own default mysql2 drops no idle connection, and with MikroORM's, `min`, all of them every second.
      maxIdle: max - 1,
      ...(patience
        ? { stream: ({ config }: { config: Address }) => impatientSocket(config, patience.answerSeconds * 1_000) }
        : { enableKeepAlive: true, keepAliveInitialDelay: 10_000 }),
    },
    onCreateConnection: async (connection) => {
      for (const statement of session)
        await (connection as DatabaseConnection).executeQuery(CompiledQuery.raw(statement));
    },
    ...more,
    ...(onStatement && { debug: ['query'], logger: onStatement, colors: false }),
  });
}

/**
 * Brings the schema up to date; processes that start together take turns. Nothing here is in a hurry: an ALTER TABLE
 * takes as long as the table is large, and all the while the connection with the lock is idle.
 */
async function migrate(options: DatabaseOptions): Promise<void> {
  const orm = await connectTo(options.settings.DATABASE_URL, options, {
    session: [READ_COMMITTED],
    extensions: [Migrator],
    migrations: {
      migrationsList: [...options.migrations, heartbeatMigration],
      snapshot: false,
      silent: true,
      tableName: 'migrations',
      disableForeignKeys: false,
    },
  });
  try {
    await migrateInTurn(orm, options.log);
  } finally {
    await orm.close(true);
  }
}

async function migrateInTurn(orm: MikroORM, log: Logger): Promise<void> {
  // GET_LOCK belongs to a connection, and a transaction is what keeps one.
  await orm.em.fork().transactional(async (em) => {
    // Whoever has it may be at an ALTER TABLE for an hour.
    for (let isOurs = false; !isOurs; ) isOurs = await hasTurn(em);
    try {
      const applied = await orm.migrator.up();
      if (applied.length > 0) log.info({ migrations: applied.map(({ name }) => name) }, 'Migrated the database.');
    } finally {
      await em.execute(`SELECT RELEASE_LOCK(CONCAT('migrate:', DATABASE()))`);
    }
  });
}

async function hasTurn(em: EntityManager): Promise<boolean> {
  const sql = `SELECT GET_LOCK(CONCAT('migrate:', DATABASE()), 1) AS taken`;
  const [row] = await em.execute<{ taken: number | null }[]>(sql);
  return row?.taken === 1;
}
