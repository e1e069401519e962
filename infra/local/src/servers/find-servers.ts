import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { aptInstallServers } from './apt-install.ts';
import { canUnpackDebianServers, unpackDebianServers } from './debian-packages.ts';
import { dockerAnswers, dockerImages, pullImage } from './docker.ts';
import { programsOnPath } from './path-programs.ts';
import type { ServerName, ServerSources } from './sources.ts';

const origins = ['address', 'docker', 'path', 'packages', 'install'] as const;
type Origin = (typeof origins)[number];

export interface FindOptions {
  localDir: string;
  progress: Progress;
  env?: NodeJS.ProcessEnv;
  /** False for tests: they empty, stop and flood their servers, so they never touch somebody else's. */
  addresses?: boolean;
}

/**
 * Finds MySQL, Redis and NATS, each at the first of: an address in the environment (MYSQL_URL, REDIS_URL, NATS_URL), Docker, the PATH,
 * Debian packages unpacked into `.local`, apt-get install. SERVERS_FROM narrows the choice, for instance to "path,packages".
 */
export async function findServers({
  localDir,
  progress,
  env = process.env,
  addresses = true,
}: FindOptions): Promise<ServerSources> {
  const asked = env.SERVERS_FROM ? env.SERVERS_FROM.split(',').map((each) => each.trim()) : origins;
  const unknown = asked.filter((each) => !origins.some((origin) => origin === each));
  if (unknown.length > 0) throw new Error(`SERVERS_FROM=${unknown}: say one or more of ${origins.join(',')}.`);
  const allowed = (origin: Origin): boolean => asked.includes(origin);
  const found: Partial<ServerSources> = {};
  const problems: string[] = [];
  const missing = (): ServerName[] => (['mysql', 'redis', 'nats'] as const).filter((name) => found[name] === undefined);
  const take = (from: Partial<ServerSources>, origin: string): void => {
    const names = missing().filter((name) => from[name] !== undefined);
    Object.assign(found, Object.fromEntries(names.map((name) => [name, from[name]])));
    if (names.length > 0) progress.say(`✓ ${names.map((name) => label(name, from)).join(', ')}: ${origin}`);
  };
  const attempt = async (origin: Origin, isHere: () => Promise<boolean>, find: () => Promise<void>): Promise<void> => {
    if (missing().length === 0 || !allowed(origin) || !(await isHere())) return;
    await find().catch((error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      problems.push(`${origin}: ${problem}`);
      progress.say(`! ${problem}`);
    });
  };

  if (addresses && allowed('address')) take(addressesIn(env), 'at the address in the environment');
  await attempt('docker', dockerAnswers, async () => {
    for (const name of missing()) await pullImage(dockerImages[name].image, progress);
    take(dockerImages, 'in Docker');
  });
  await attempt(
    'path',
    async () => true,
    async () => take(await programsOnPath(progress), 'on the PATH'),
  );
  await attempt('packages', canUnpackDebianServers, async () =>
    take(await unpackDebianServers(join(localDir, 'servers', 'debian'), progress), 'unpacked from Debian packages'),
  );
  await attempt(
    'install',
    async () => process.platform === 'linux',
    async () => take(await aptInstallServers(missing(), progress), 'installed with apt-get'),
  );

  const { mysql, redis, nats } = found;
  if (mysql !== undefined && redis !== undefined && nats !== undefined) return { mysql, redis, nats };
  throw new Error(whatToDo(missing(), problems));
}

function addressesIn(env: NodeJS.ProcessEnv): Partial<ServerSources> {
  const at = (url: string) => ({ kind: 'address' as const, url });
  return {
    ...(env.MYSQL_URL ? { mysql: at(env.MYSQL_URL) } : {}),
    ...(env.REDIS_URL ? { redis: at(env.REDIS_URL) } : {}),
    ...(env.NATS_URL ? { nats: at(env.NATS_URL) } : {}),
  };
}

function label(name: ServerName, from: Partial<ServerSources>): string {
  const source = from[name];
  return source?.kind === 'docker' ? source.image : { mysql: 'MySQL', redis: 'Redis', nats: 'NATS' }[name];
}

const remedies: Record<ServerName, string> = {
  mysql: 'MySQL 8 or later: put mysqld on the PATH, or set MYSQL_URL=mysql://admin:password@host:3306',
  redis:
    'Redis 6.2 or later, or Valkey: put redis-server or valkey-server on the PATH, or set REDIS_URL=redis://host:6379',
  nats: 'NATS 2.10 or later with JetStream: put nats-server on the PATH, or set NATS_URL=nats://host:4222',
};

function whatToDo(missing: readonly ServerName[], problems: readonly string[]): string {
  return [
    'These servers are missing, and could not be fetched:',
    ...missing.map((name) => `  - ${remedies[name]}`),
    process.platform === 'darwin'
      ? 'On macOS: start Docker Desktop, or run `brew install mysql valkey nats-server`.'
      : 'Or start Docker: with a daemon that answers, nothing else is needed.',
    ...problems.map((problem) => `Tried: ${problem}`),
  ].join('\n');
}
