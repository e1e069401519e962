import { existsSync } from 'node:fs';
import { run, runOrThrow } from '../processes/run.ts';
import type { Progress } from '../progress.ts';
import { identifyMysql } from './mysql-data.ts';
import type { Program, ServerName, ServerSources } from './sources.ts';

const packages: Record<ServerName, string> = {
  mysql: 'mariadb-server-core',
  redis: 'redis-server',
  nats: 'nats-server',
};

/** The last resort: installs what is missing into the system, as root or with a sudo that doesn't ask. MariaDB stands in for MySQL. */
export async function aptInstallServers(
  missing: readonly ServerName[],
  progress: Progress,
): Promise<Partial<ServerSources>> {
  if (!existsSync('/usr/bin/apt-get')) throw new Error('There is no apt-get on this machine.');
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const names = missing.map((name) => packages[name]);
  if (sudo.length > 0 && !(await run('sudo', ['-n', 'true'])).ok) {
    throw new Error(`Installing needs root. Run: sudo apt-get install --no-install-recommends ${names.join(' ')}`);
  }
  const apt = (...args: string[]): Promise<string> => {
    // RUNLEVEL=1 keeps the packages from starting services of their own on the standard ports.
    const [command = 'env', ...rest] = [
      ...sudo,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'RUNLEVEL=1',
      'apt-get',
      ...args,
    ];
    return runOrThrow(command, rest, { timeoutMs: 300_000 });
  };
  await progress.step(`apt-get install ${names.join(' ')}`, async () => {
    await apt('-qq', 'update');
    await apt('-qq', '-y', 'install', '--no-install-recommends', ...names);
  });
  return {
    ...(missing.includes('mysql') ? { mysql: await mariadb(progress) } : {}),
    ...(missing.includes('redis') ? { redis: program('redis-server', '6.2') } : {}),
    ...(missing.includes('nats') ? { nats: program('nats-server', '2.9') } : {}),
  };
}

async function mariadb(progress: Progress) {
  const mysql = (await identifyMysql('mariadbd', [], [])) ?? (await identifyMysql('/usr/sbin/mariadbd', [], []));
  if (mysql === null) throw new Error('mariadb-server-core is installed, and mariadbd does not run.');
  progress.say('! ─────────────────────────────────────────────────────────────────────────────────');
  progress.say(`! MariaDB ${mysql.version} STANDS IN FOR MYSQL. Good enough to look around; not what production runs:`);
  progress.say('! it has no ->> operator, names duplicate keys differently and shows JSON columns as changed when');
  progress.say('! they are not. For the real thing: Docker, mysqld 8.4 on the PATH, or MYSQL_URL.');
  progress.say('! ─────────────────────────────────────────────────────────────────────────────────');
  return mysql;
}

function program(command: string, version: string): Program {
  return { kind: 'program', command, args: [], version };
}
