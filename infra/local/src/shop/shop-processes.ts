import { join } from 'node:path';
import { rootDir } from '../paths.ts';
import { launch, type RunningProcess } from '../processes/launch.ts';
import { type Supervised, supervise } from '../processes/supervise.ts';
import type { Progress } from '../progress.ts';
import type { RunState } from './run-state.ts';
import { environmentOf, inheritedEnvironment, type Surroundings, standInEnvironmentOf } from './service-environment.ts';
import { type ServiceName, serviceNames, serviceSpecs, standInNames, standIns } from './service-list.ts';

/** A process to be started: one instance of a service, or a stand-in. */
export interface ShopProcess {
  name: string;
  service: ServiceName | null;
  port: number;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  onPid: (pid: number) => void;
}

export interface ProcessesOptions {
  around: Surroundings;
  dataDir: string;
  env: Partial<Record<ServiceName | 'all', Record<string, string>>>;
  state: RunState;
}

/** Every process of the shop. */
export function shopProcesses({ around, dataDir, env, state }: ProcessesOptions): ShopProcess[] {
  const outside = standInNames.map((name): ShopProcess => {
    const port = around.ports.standIns[name];
    return {
      name: standIns[name].name,
      service: null,
      port,
      args: ['--conditions=source', '--disable-warning=ExperimentalWarning', standInFile(standIns[name].file)],
      // What they saw outlives them, as the outside world's memory does.
      env: {
        PORT: String(port),
        STATE_FILE: join(dataDir, `${standIns[name].name}.jsonl`),
        ...standInEnvironmentOf(name, around),
      },
      onPid: (pid) => state.standIn(name, { pid, port }),
    };
  });
  const inside = serviceNames.flatMap((name) =>
    around.ports.services[name].map(
      (port, index): ShopProcess => ({
        name: index === 0 ? name : `${name}-${index + 1}`,
        service: name,
        port,
        args: [...(serviceSpecs[name].nodeFlags ?? []), join(rootDir, serviceSpecs[name].workspace, 'dist/main.js')],
        env: { ...environmentOf(name, port, around), ...env.all, ...env[name] },
        onPid: (pid) => state.service(name, index, { pid, port }),
      }),
    ),
  );
  return [...outside, ...inside];
}

export interface SuperviseOptions {
  logsDir: string;
  signal: AbortSignal;
  progress: Progress;
  /** Tests kill more often in a minute than people do in a week. */
  forTests: boolean;
}

/** Starts one of them and keeps it running; resolves when it is ready. */
export function superviseShopProcess(
  what: ShopProcess,
  options: SuperviseOptions,
): Promise<Supervised<RunningProcess>> {
  const { name, port, args, env } = what;
  return supervise({
    name,
    start: (signal, isRestart) =>
      launch({
        name,
        command: process.execPath,
        args,
        env: { ...inheritedEnvironment(), ...env },
        logFile: join(options.logsDir, `${name}.log`),
        signal,
        // One that comes back may have to wait for a server that is away: that is no reason to start it yet again.
        ...(isRestart ? {} : { probe: () => isReady(port), readyWithinMs: 60_000 }),
      }),
    onStarted: ({ pid }) => what.onPid(pid),
    signal: options.signal,
    progress: options.progress,
    ...(options.forTests && { backoffMs: { first: 100, most: 500 } }),
  });
}

async function isReady(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  const answer = await response.text();
  if (!response.ok) throw new Error(`/readyz says ${answer.slice(0, 300)}`);
}

function standInFile(file: string): string {
  return join(rootDir, 'infra/local/src/stand-ins', file);
}
