import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createDatabases,
  type DatabaseAccount,
  dropDatabases,
  type RunningServer,
  startMysql,
  startNats,
  startRedis,
} from '@shop/local';
import { runServers } from './run-servers.ts';

/** A server that a test may stop and start again: same address, same data. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface TestServerOptions {
  /** Wants a Redis of its own. */
  redis?: boolean;
  /** Wants a NATS of its own, with JetStream. */
  nats?: boolean;
  /** Wants a database, and says what it is for. */
  database?: string;
  /** Wants a MySQL of its own, for tests that stop it; otherwise databases are made in the run's. */
  ownMysql?: boolean;
}

/** The servers of one test file; one that was not asked for throws when it is read. */
export interface TestServers {
  readonly redis: TestServer;
  readonly nats: TestServer;
  readonly mysql: TestServer;
  readonly databaseUrl: string;
  /** One more database, with a user of its own; returns its URL. */
  createDatabase(name: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts the servers that a test file asks for, shared with no other file. */
export async function startTestServers(options: TestServerOptions): Promise<TestServers> {
  const run = runServers();
  const id = randomBytes(4).toString('hex');
  const dir = join(run.dir, id);
  const { sources, templatesDir } = run;
  const [redis, nats, mysql] = await Promise.all([
    options.redis
      ? stoppable((port) => startRedis({ source: sources.redis, dir: join(dir, 'redis'), ...port, forTests: true }))
      : undefined,
    options.nats
      ? stoppable((port) => startNats({ source: sources.nats, dir: join(dir, 'nats'), ...port, forTests: true }))
      : undefined,
    options.ownMysql ? ownMysql() : undefined,
  ]);
  const adminUrl = mysql?.url ?? run.mysqlAdminUrl;
  const accounts: DatabaseAccount[] = [];

  function ownMysql(): Promise<TestServer> {
    const password = randomBytes(12).toString('hex');
    const server = { source: sources.mysql, dir: join(dir, 'mysql'), templatesDir, password, forTests: true };
    return stoppable((port) => startMysql({ ...server, ...port }));
  }

  async function createDatabase(name: string): Promise<string> {
    const account = {
      database: `${name}_${id}_${accounts.length}`,
      user: `u_${id}_${accounts.length}`,
      password: randomBytes(12).toString('hex'),
    };
    accounts.push(account);
    return wanted((await createDatabases(adminUrl, [account]))[account.database], 'database');
  }

  const databaseUrl = options.database === undefined ? undefined : await createDatabase(options.database);
  return {
    get redis() {
      return wanted(redis, 'redis');
    },
    get nats() {
      return wanted(nats, 'nats');
    },
    get mysql() {
      return wanted(mysql, 'ownMysql');
    },
    get databaseUrl() {
      return wanted(databaseUrl, 'database');
    },
    createDatabase,
    async close() {
      if (mysql === undefined) await dropDatabases(adminUrl, accounts);
      await Promise.all([redis, nats, mysql].map((server) => server?.stop()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function wanted<T>(thing: T | undefined, option: keyof TestServerOptions): T {
  if (thing === undefined) throw new Error(`startTestServers was not asked for "${option}".`);
  return thing;
}

async function stoppable(startOn: (where: { port?: number }) => Promise<RunningServer>): Promise<TestServer> {
  let running: RunningServer | null = await startOn({});
  const { url, port } = running;
  return {
    url,
    async stop() {
      await running?.close();
      running = null;
    },
    async start() {
      running ??= await startOn({ port });
    },
  };
}
