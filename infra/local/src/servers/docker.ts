import { run } from '../processes/run.ts';
import type { Progress } from '../progress.ts';
import type { ServerSources } from './sources.ts';

/** The versions that docker-compose.yml runs too. */
export const dockerImages = {
  mysql: { kind: 'docker', image: 'mysql:8.4' },
  redis: { kind: 'docker', image: 'valkey/valkey:8-alpine' },
  nats: { kind: 'docker', image: 'nats:2.12-alpine' },
} as const satisfies ServerSources;

/** Whether there is a Docker daemon that answers, not only a client. */
export async function dockerAnswers(): Promise<boolean> {
  const { ok, stdout } = await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 3_000 });
  return ok && /^\d/.test(stdout.trim());
}

export async function pullImage(image: string, progress: Progress): Promise<void> {
  const { ok } = await run('docker', ['image', 'inspect', image]);
  if (ok) return;
  await progress.step(`Docker pulls ${image}`, async () => {
    const pulled = await run('docker', ['pull', '--quiet', image], { timeoutMs: 300_000 });
    if (!pulled.ok) throw new Error(`docker pull ${image} failed: ${pulled.stderr.trim()}`);
  });
}

export interface DockerRun {
  image: string;
  name: string;
  port: number;
  innerPort: number;
  /** Kept on this machine, so that data outlives the container. */
  dir: string;
  innerDir: string;
  env?: Record<string, string>;
  args?: readonly string[];
}

/** The command line of a container in the foreground: signals to the client reach the server, and it goes when it ends. */
export async function dockerRun(options: DockerRun): Promise<{ command: string; args: string[] }> {
  // A client that was killed leaves its container behind, holding the name and the port.
  await run('docker', ['rm', '--force', `shopgraph-${options.name}`]);
  const user = process.getuid === undefined ? [] : ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`];
  const env = Object.entries(options.env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  return {
    command: 'docker',
    args: [
      ...['run', '--rm', '--init', '--name', `shopgraph-${options.name}`, ...user],
      ...['--publish', `127.0.0.1:${options.port}:${options.innerPort}`],
      ...['--volume', `${options.dir}:${options.innerDir}`, ...env],
      options.image,
      ...(options.args ?? []),
    ],
  };
}
