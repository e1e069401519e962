import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabases, type DatabaseAccount, dropDatabases, startMysql, startNats, startRedis } from '@shop/local';
import { runServers } from './run-servers.ts';
import { startTestRedisCluster, type TestRedisCluster } from './test-redis-cluster.ts';
import { startTestReplica, type TestReplica } from './test-replica.ts';
import { stoppable, type TestServer } from './test-server.ts';

/** Which servers a test needs, and which of them for itself. */
export interface TestServerOptions {
  /** Wants a Redis of its own. */
  redis?: boolean;
  /** Wants a Redis Cluster of its own, of six nodes: for tests that are run on demand. */
  redisCluster?: boolean;
  /** Wants a NATS of its own, with JetStream. */
  nats?: boolean;
  /** Wants a database, and says what it is for. */
  database?: string;
  /** Wants a MySQL of its own, for tests that stop it; otherwise databases are made in the run's. */
  ownMysql?: boolean;
  /** Wants a MySQL of its own and a replica of it, with the database when one was asked for. */
  replica?: boolean;
}

/** The servers of one test file; one that was not asked for throws when it is read. */
export interface TestServers {
  readonly redis: TestServer;
  readonly redisCluster: TestRedisCluster;
  readonly nats: TestServer;
  readonly mysql: TestServer;
  readonly replica: TestReplica;
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
  const [redis, redisCluster, nats, mysql] = await Promise.all([
    options.redis
      ? stoppable((port) => startRedis({ source: sources.redis, dir: join(dir, 'redis'), ...port, forTests: true }))
      : undefined,
    options.redisCluster ? startTestRedisCluster(sources.redis, join(dir, 'redis-cluster')) : undefined,
    options.nats
      ? stoppable((port) => startNats({ source: sources.nats, dir: join(dir, 'nats'), ...port, forTests: true }))
      : undefined,
    options.ownMysql || options.replica ? ownMysql() : undefined,
  ]);
  const adminUrl = mysql?.url ?? run.mysqlAdminUrl;
  const accounts: DatabaseAccount[] = [];

  function ownMysql(): Promise<TestServer> {
    const password = randomBytes(12).toString('hex');
    const server = { source: sources.mysql, dir: join(dir, 'mysql'), templatesDir, password, forTests: true };
    const replication = options.replica ? { replication: { serverId: 1 } } : {};
    return stoppable((port) => startMysql({ ...server, ...replication, ...port }));
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
  const replica = options.replica
    ? await startTestReplica({
        source: sources.mysql,
        dir: join(dir, 'replica'),
        templatesDir,
        primaryUrl: adminUrl,
        databaseUrl,
      })
    : undefined;
  return {
    get redis() {
      return wanted(redis, 'redis');
    },
    get redisCluster() {
      return wanted(redisCluster, 'redisCluster');
    },
    get nats() {
      return wanted(nats, 'nats');
    },
    get mysql() {
      return wanted(mysql, 'ownMysql');
    },
    get replica() {
      return wanted(replica, 'replica');
    },
    get databaseUrl() {
      return wanted(databaseUrl, 'database');
    },
    createDatabase,
    async close() {
      if (mysql === undefined) await dropDatabases(adminUrl, accounts);
      await Promise.all([redis, redisCluster, nats, mysql, replica].map((server) => server?.stop()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function wanted<T>(thing: T | undefined, option: keyof TestServerOptions): T {
  if (thing === undefined) throw new Error(`startTestServers was not asked for "${option}".`);
  return thing;
}
