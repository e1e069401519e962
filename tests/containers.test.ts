import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { rootDir } from '../infra/local/src/paths.ts';
import { killedAfterMs } from '../infra/local/src/processes/launch.ts';
import { createRunState } from '../infra/local/src/shop/run-state.ts';
import { serviceNames, serviceSpecs } from '../infra/local/src/shop/service-list.ts';
import { shopProcesses } from '../infra/local/src/shop/shop-processes.ts';
import { CLOSE_TIMEOUT_MS } from '../packages/service-kit/src/run-service.ts';

const text = (file: string) => readFileSync(join(rootDir, file), 'utf8');
const { services } = parse(text('docker-compose.yml'), { merge: true }) as {
  services: Record<string, { stop_grace_period?: string }>;
};

/** By service: what `npm start` has Node run. */
function startedLocally(): Map<string, readonly string[]> {
  const ports = Object.fromEntries(serviceNames.map((name) => [name, [serviceSpecs[name].port]]));
  const around = {
    ports: {
      services: ports as Record<(typeof serviceNames)[number], number[]>,
      standIns: { dataPlatform: 1, paymentProvider: 2 },
    },
    databaseUrl: () => undefined,
    redisUrl: '',
    natsUrl: '',
    secret: (name: string) => name,
  };
  const processes = shopProcesses({ around, dataDir: rootDir, env: {}, state: createRunState(rootDir) });
  return new Map(processes.map(({ name, args }) => [name, args.map((arg) => arg.replace(`${rootDir}/`, ''))]));
}

it.each(serviceNames)(
  'the image of %s runs what `npm start` runs, with the same flags, and listens where it does',
  (name) => {
    const [, stage = ''] = text('infra/docker/Dockerfile').split(`FROM runtime AS ${name}\n`);
    const [, port] = /^ENV PORT=(\d+)/.exec(stage) ?? [];
    const [, command = '[]'] = /^CMD (.+)$/m.exec(stage) ?? [];
    expect(Number(port)).toBe(serviceSpecs[name].port);
    expect(JSON.parse(command)).toEqual(['node', ...(startedLocally().get(name) ?? [])]);
  },
);

it('`npm run gateway` runs what the image of the gateway runs', () => {
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
  expect(scripts.gateway).toBe(`exec node ${startedLocally().get('gateway')?.join(' ')}`);
});

it('whoever stops a process gives it longer than it takes', () => {
  for (const name of [...serviceNames, 'nginx']) {
    const [, seconds] = /^(\d+)s$/.exec(services[name]?.stop_grace_period ?? '') ?? [];
    expect({ [name]: Number(seconds) * 1_000 > CLOSE_TIMEOUT_MS }).toEqual({ [name]: true });
  }
  expect(killedAfterMs).toBeGreaterThan(CLOSE_TIMEOUT_MS);
});
