import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { forgetProcess, watchProcess } from './guard.ts';

export interface Launch {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  logFile: string;
  /** Resolves when the process can serve; rejects, and is asked again, as long as it can't. Without one it is enough to have started. */
  probe?: () => Promise<unknown>;
  readyWithinMs?: number;
  closeWithinMs?: number;
  /** Gives a start up that is under way. */
  signal?: AbortSignal;
}

export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process has ended, with a description such as "exit code 1". */
  readonly exited: Promise<string>;
  /** SIGTERM, and SIGKILL when that was not enough in time. */
  close(): Promise<void>;
}

const logKeptBytes = 5_000_000;

/** Longer than a process of the shop takes (`CLOSE_TIMEOUT_MS` in packages/service-kit). */
export const killedAfterMs = 20_000;

/** Starts a program in a session of its own and resolves when it answers; a program that doesn't is stopped, its last words shown. */
export async function launch(options: Launch): Promise<RunningProcess> {
  const log = openLog(options.logFile);
  // Its own session, so that Ctrl-C reaches us alone and we can stop things in their order. The guard covers our own death.
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', log, log],
    detached: true,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw await whyNotSpawned(child, options);
  watchProcess(pid);

  let ended = false;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = true;
      forgetProcess(pid);
      resolve(signal === null ? `exit code ${code}` : signal);
    });
  });
  const closeWithin = async (ms: number): Promise<void> => {
    if (ended) return;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), ms);
    await exited;
    clearTimeout(kill);
  };

  const problem = options.probe === undefined ? null : await waitUntilReady(options, options.probe, exited);
  if (problem === null) return { pid, exited, close: () => closeWithin(options.closeWithinMs ?? killedAfterMs) };
  await closeWithin(3_000);
  throw new Error(`${options.name} ${problem}. Its log (${options.logFile}) ends with:\n${lastLines(options.logFile)}`);
}

/** The end of a log file, for a person to read. */
function lastLines(file: string, count = 15): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines
    .slice(-count)
    .map((line) => `    ${line.slice(0, 500)}`)
    .join('\n');
}

async function waitUntilReady(
  options: Launch,
  probe: () => Promise<unknown>,
  exited: Promise<string>,
): Promise<string | null> {
  const withinMs = options.readyWithinMs ?? 30_000;
  const deadline = Date.now() + withinMs;
  let reason: unknown = 'no answer';
  for (let pauseMs = 15; Date.now() < deadline; pauseMs = Math.min(pauseMs * 1.3, 200)) {
    const outcome = await Promise.race([
      probe().then(
        () => 'ready' as const,
        (error: unknown) => {
          reason = error;
          return delay(pauseMs, 'again' as const);
        },
      ),
      exited.then((how) => ({ how })),
    ]);
    if (outcome === 'ready') return null;
    if (options.signal?.aborted) return 'was not awaited any longer';
    if (outcome !== 'again') return `ended with ${outcome.how} before it was ready`;
  }
  return `was not ready within ${withinMs / 1000} s (${reason instanceof Error ? reason.message : reason})`;
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logKeptBytes) truncateSync(file);
  return openSync(file, 'a');
}

function whyNotSpawned(child: ReturnType<typeof spawn>, options: Launch): Promise<Error> {
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve(new Error(`${options.name} did not start: ${cause.message}`, { cause })));
  });
}
