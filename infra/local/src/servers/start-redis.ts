import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../free-port.ts';
import { launch } from '../processes/launch.ts';
import { dockerRun } from './docker.ts';
import { type RunningServer, type ServerOptions, serverAt } from './sources.ts';
import { talk } from './talk.ts';

interface RedisOptions extends ServerOptions<'redis'> {
  /** What it is told beside its port, address and files. */
  flags?: readonly string[];
}

/** Starts Redis (or Valkey) and resolves when it answers PING. */
export async function startRedis(options: RedisOptions): Promise<RunningServer> {
  const { source, dir } = options;
  if (source.kind === 'address') return serverAt(source.url, 6379);
  const port = options.port ?? (await findFreePort());
  await mkdir(dir, { recursive: true });
  const kept = ['--save', '', '--appendonly', options.forTests ? 'no' : 'yes', '--daemonize', 'no'];
  const flags = [...kept, ...(options.flags ?? [])];
  const how =
    source.kind === 'docker'
      ? await dockerRun({
          image: source.image,
          name: `redis-${port}`,
          port,
          innerPort: 6379,
          dir,
          innerDir: '/data',
          args: flags,
        })
      : {
          command: source.command,
          args: [...source.args, '--port', String(port), '--bind', '127.0.0.1', '--dir', dir, ...flags],
        };
  const running = await launch({
    name: 'Redis',
    ...how,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    logFile: options.logFile ?? join(dir, 'redis.log'),
    probe: () => talk(port, 'PING\r\n', /^\+PONG/),
  });
  return { ...running, port, url: `redis://127.0.0.1:${port}` };
}
