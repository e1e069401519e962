import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../free-port.ts';
import { launch } from '../processes/launch.ts';
import { dockerRun } from './docker.ts';
import { type RunningServer, type ServerOptions, serverAt } from './sources.ts';
import { talk } from './talk.ts';

/** Starts NATS with JetStream and resolves when it answers PING. */
export async function startNats(options: ServerOptions<'nats'>): Promise<RunningServer> {
  const { source, dir } = options;
  if (source.kind === 'address') return serverAt(source.url, 4222);
  const port = options.port ?? (await findFreePort());
  const inDocker = source.kind === 'docker';
  await mkdir(dir, { recursive: true });
  const config = {
    listen: inDocker ? '0.0.0.0:4222' : `127.0.0.1:${port}`,
    jetstream: {
      store_dir: inDocker ? '/data/jetstream' : join(dir, 'jetstream'),
      // A single node has no replica to lose a write to: an acknowledged message must be on disk. NATS 2.9 doesn't know the setting.
      ...(options.forTests || isOld(source) ? {} : { sync_interval: 'always' }),
    },
  };
  // NATS reads JSON as a subset of its own configuration language.
  await writeFile(join(dir, 'nats.conf'), JSON.stringify(config, null, 2));
  const how = inDocker
    ? await dockerRun({
        image: source.image,
        name: `nats-${port}`,
        port,
        innerPort: 4222,
        dir,
        innerDir: '/data',
        args: ['--config', '/data/nats.conf'],
      })
    : { command: source.command, args: [...source.args, '--config', join(dir, 'nats.conf')] };
  const running = await launch({
    name: 'NATS',
    ...how,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    logFile: options.logFile ?? join(dir, 'nats.log'),
    probe: () => talk(port, 'CONNECT {"verbose":false}\r\nPING\r\n', /^PONG/m),
  });
  return { ...running, port, url: `nats://127.0.0.1:${port}` };
}

function isOld(source: { kind: string; version?: string }): boolean {
  const [major = 0, minor = 0] = (source.version ?? '99.0').split('.').map(Number);
  return major < 2 || (major === 2 && minor < 10);
}
