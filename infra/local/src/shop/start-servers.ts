import { join } from 'node:path';
import { findFreePort, giveBackPort } from '../free-port.ts';
import { type Supervised, supervise } from '../processes/supervise.ts';
import type { Progress } from '../progress.ts';
import type { RunningServer, ServerName, ServerOptions, ServerSources } from '../servers/sources.ts';
import { startMysql } from '../servers/start-mysql.ts';
import { startNats } from '../servers/start-nats.ts';
import { startRedis } from '../servers/start-redis.ts';
import { serverPorts } from './service-list.ts';

export interface ShopServersOptions {
  sources: ServerSources;
  dir: string;
  templatesDir: string;
  mysqlPassword: string;
  ports: 'standard' | 'random';
  forTests: boolean;
  logsDir: string;
  signal: AbortSignal;
  progress: Progress;
  onStarted: (name: ServerName, server: RunningServer) => void;
}

export type ShopServers = Record<ServerName, Supervised<RunningServer>>;

/** Starts the three servers side by side; each comes back at its own address when it dies. */
export async function startShopServers(options: ShopServersOptions): Promise<ShopServers> {
  const { sources, templatesDir, mysqlPassword: password } = options;
  const started: Supervised<RunningServer>[] = [];
  const start = async <S extends ServerName>(name: S, how: (given: ServerOptions<S>) => Promise<RunningServer>) => {
    const port = await findFreePort(options.ports === 'standard' ? serverPorts[name] : undefined);
    const given = {
      source: sources[name],
      dir: join(options.dir, name),
      port,
      logFile: join(options.logsDir, `${name}.log`),
      forTests: options.forTests,
    };
    const supervised = await options.progress.step(label(name, sources, port), () =>
      supervise({
        name: titles[name],
        start: (signal) => how({ ...given, signal }),
        onStarted: (server) => options.onStarted(name, server),
        progress: options.progress,
        signal: options.signal,
      }),
    );
    giveBackPort(port);
    started.push(supervised);
    return supervised;
  };
  const results = await Promise.allSettled([
    start('mysql', (given) => startMysql({ ...given, templatesDir, password })),
    start('redis', startRedis),
    start('nats', startNats),
  ]);
  const [mysql, redis, nats] = results;
  if (mysql.status === 'fulfilled' && redis.status === 'fulfilled' && nats.status === 'fulfilled') {
    return { mysql: mysql.value, redis: redis.value, nats: nats.value };
  }
  await Promise.all(started.map((server) => server.close()));
  throw results.find((result) => result.status === 'rejected')?.reason;
}

const titles: Record<ServerName, string> = { mysql: 'MySQL', redis: 'Redis', nats: 'NATS' };

function label(name: ServerName, sources: ServerSources, port: number): string {
  const source = sources[name];
  return `${titles[name]} ${source.kind === 'address' ? 'is somebody else’s' : `on port ${port}`}`;
}
