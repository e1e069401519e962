import { run } from '../processes/run.ts';
import type { Progress } from '../progress.ts';
import { identifyMysql } from './mysql-data.ts';
import type { Program, ServerSources } from './sources.ts';

/** The servers whose programs are on the PATH, are new enough and run; says why one is passed over. */
export async function programsOnPath(progress: Progress): Promise<Partial<ServerSources>> {
  const [mysql, redis, nats] = await Promise.all([mysqlOnPath(progress), redisOnPath(progress), natsOnPath(progress)]);
  return { ...(mysql ? { mysql } : {}), ...(redis ? { redis } : {}), ...(nats ? { nats } : {}) };
}

async function mysqlOnPath(progress: Progress) {
  const mysql = await identifyMysql('mysqld', [], []);
  if (mysql?.flavour !== 'mariadb') return mysql;
  progress.say(`! mysqld on the PATH is MariaDB ${mysql.version}, which only stands in for MySQL as the last resort`);
  return null;
}

async function redisOnPath(progress: Progress): Promise<Program | null> {
  const version = /v=(\d+\.\d+)/;
  return (
    (await firstNewEnough({ command: 'valkey-server', version, atLeast: [7, 2] }, progress)) ??
    (await firstNewEnough({ command: 'redis-server', version, atLeast: [6, 2] }, progress))
  );
}

/** Older than 2.10 and consumers can't filter by several subjects. */
function natsOnPath(progress: Progress): Promise<Program | null> {
  return firstNewEnough({ command: 'nats-server', version: /v(\d+\.\d+)/, atLeast: [2, 10] }, progress);
}

interface Wanted {
  command: string;
  version: RegExp;
  atLeast: readonly [major: number, minor: number];
}

async function firstNewEnough({ command, version, atLeast }: Wanted, progress: Progress): Promise<Program | null> {
  const { ok, stdout } = await run(command, ['--version'], { timeoutMs: 5_000 });
  const found = version.exec(stdout)?.[1];
  if (!ok || found === undefined) return null;
  const [major = 0, minor = 0] = found.split('.').map(Number);
  if (major > atLeast[0] || (major === atLeast[0] && minor >= atLeast[1])) {
    return { kind: 'program', command, args: [], version: found };
  }
  progress.say(`! ${command} on the PATH is ${found}; ${atLeast.join('.')} is the oldest that will do`);
  return null;
}
