import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { findFreePort } from '../free-port.ts';
import { type Launch, launch } from '../processes/launch.ts';
import { dockerRun } from './docker.ts';
import { layMysqlData, mysqlProgramFlags } from './mysql-data.ts';
import { type ReplicationRole, replicationFlags } from './replicate-mysql.ts';
import { type MysqlProgram, type RunningServer, type ServerOptions, serverAt } from './sources.ts';

export interface MysqlOptions extends ServerOptions<'mysql'> {
  /** Of the user `root`; a random one when none is given. Has to stay the same for the same directory in Docker. */
  password?: string;
  /** Keeps an initialised data directory, so that the next new server is a copy. */
  templatesDir?: string;
  /** Takes part in replication, as `replicateFrom` sets it up. */
  replication?: ReplicationRole;
}

const testFlags = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'];
// Five hundred megabytes of memory and a third of the start go to the performance schema; no test reads it.
const testFlagsOfMysql = [
  '--innodb-flush-method=nosync',
  '--performance-schema=OFF',
  '--innodb-redo-log-capacity=67108864',
];
const localFlags = ['--max-connections=500', '--default-time-zone=+00:00'];
const localFlagsOfMysql = ['--binlog-expire-logs-seconds=86400'];

function flagsOf({ forTests = false, replication }: MysqlOptions, flavour: MysqlProgram['flavour']): string[] {
  const ofMysql = flavour === 'mysql';
  if (replication !== undefined && !ofMysql)
    throw new Error('Replicas are of MySQL; MariaDB replicates in its own way.');
  return [
    ...localFlags,
    ...(forTests ? testFlags : []),
    ...(ofMysql ? (forTests ? testFlagsOfMysql : localFlagsOfMysql) : []),
    ...(replication === undefined ? (forTests ? ['--skip-log-bin'] : []) : replicationFlags(replication)),
  ];
}

/** Starts MySQL and resolves when it lets an administrator in; `url` is the administrator's. */
export async function startMysql(options: MysqlOptions): Promise<RunningServer> {
  const { source, dir } = options;
  if (source.kind === 'address') return serverAt(source.url, 3306);
  const port = options.port ?? (await findFreePort());
  const password = options.password ?? randomBytes(18).toString('base64url');
  const url = `mysql://root:${password}@127.0.0.1:${port}`;
  await mkdir(dir, { recursive: true });
  const how =
    source.kind === 'docker'
      ? await inDocker(source.image, { ...options, port, password })
      : await onThisMachine(source, { ...options, port, password });
  const running = await launch({
    name: 'MySQL',
    ...how,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    logFile: options.logFile ?? join(dir, 'mysql.log'),
    probe: () => letsIn(url),
    readyWithinMs: 120_000,
    closeWithinMs: 30_000,
  });
  await rm(initFile(dir), { force: true });
  return { ...running, port, url };
}

type How = Pick<Launch, 'command' | 'args'>;

async function onThisMachine(
  program: MysqlProgram,
  options: MysqlOptions & { port: number; password: string },
): Promise<How> {
  const dataDir = join(options.dir, 'data');
  if (!existsSync(dataDir)) await layMysqlData(program, dataDir, options.templatesDir);
  // Runs before the first connection is let in, at every start: nobody ever meets a server without a password.
  await writeFile(initFile(options.dir), adminStatements(options.password), { mode: 0o600 });
  const ofMysql = program.flavour === 'mysql';
  return {
    command: program.command,
    args: [
      ...program.args,
      ...mysqlProgramFlags(program, dataDir),
      ...[`--port=${options.port}`, '--bind-address=127.0.0.1'],
      // Relative to the data directory: an absolute path may be longer than a socket's name can be.
      ...['--socket=mysql.sock', '--pid-file=mysql.pid', `--init-file=${initFile(options.dir)}`],
      ...(ofMysql ? ['--mysqlx=OFF', '--secure-file-priv=NULL'] : []),
      ...flagsOf(options, program.flavour),
    ],
  };
}

function inDocker(image: string, options: MysqlOptions & { port: number; password: string }): Promise<How> {
  return dockerRun({
    image,
    name: `mysql-${options.port}`,
    port: options.port,
    innerPort: 3306,
    dir: options.dir,
    innerDir: '/var/lib/mysql',
    env: { MYSQL_ROOT_PASSWORD: options.password, MYSQL_ROOT_HOST: '%' },
    args: flagsOf(options, 'mysql'),
  });
}

function initFile(dir: string): string {
  return join(dir, 'init.sql');
}

function adminStatements(password: string): string {
  return [
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    `CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY '${password}';`,
    `ALTER USER 'root'@'%' IDENTIFIED BY '${password}';`,
    "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;",
    '',
  ].join('\n');
}

async function letsIn(url: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
  await connection.query('SELECT 1').finally(() => connection.destroy());
}
