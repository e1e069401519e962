import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Logger, reasonOf } from '@shop/service-kit';
import { PlanningFailed } from './planner.ts';

/** The first order is the supergraph. */
export type PlanningOrder<R> =
  | { kind: 'read'; sdl: string }
  | { kind: 'plan'; id: number; request: R }
  | { kind: 'giveUp'; id: number };

/** A plan comes as JSON text: that costs less to send than its objects. */
export type PlanningReport =
  | { kind: 'ready' }
  | { kind: 'unreadable'; failure: string }
  | { kind: 'planned'; id: number; plan: string }
  | { kind: 'failed'; id: number; failure: string };

/**
 * A process with a planner for one supergraph. An operation on which the planner dies takes no more than this process
 * with it: a panic of Hive's native planner ends the whole process it is in, and so does a lack of memory. Reading a
 * large supergraph takes a planner seconds, and with the process all of its memory goes. It starts when it is first
 * needed, and again after it died.
 */
export interface PlannerProcess<R> {
  /** Resolves once the planner has read the supergraph; rejects with why it cannot. */
  ready(): Promise<void>;
  /** The plan's JSON. Rejects with PlanningFailed. */
  plan(request: R, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

export interface PlannerProcessOptions {
  sdl: string;
  /** The process's file in this folder, without its ending. */
  file: string;
  /** A planner that cannot be interrupted ends with its process when a plan is given up. */
  canGiveUp: boolean;
  memoryMb: number;
  /** After so many plans another process takes over, between two plans. */
  renewAfter?: number;
  log: Logger;
}

/** Hive's binding keeps about 100 bytes of every AbortSignal it was given, outside of the heap: 10 MB until then. */
const RENEW_AFTER = 100_000;

// Built code has only the .js beside it; tests and benchmarks run the .ts, as Node does by itself.
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Of what a dying process says, and of an operation it dies on, so much is logged. */
const LAST_WORDS_CHARACTERS = 2_000;
const OPERATION_CHARACTERS = 500;

interface Running<R> {
  ready: Promise<void>;
  send(order: PlanningOrder<R>): void;
  end(): Promise<void>;
}

interface Asked extends Pending<string> {
  text: string;
}

export function createPlannerProcess<R extends { text: string }>(options: PlannerProcessOptions): PlannerProcess<R> {
  const waiting = new Map<number, Asked>();
  let running: Running<R> | null = null;
  let closed = false;
  let lastId = 0;
  let plans = 0;

  function start(): Running<R> {
    const { sdl, log } = options;
    const child = forkPlanner(options);
    const reading = pending<void>();
    const ended = pending<void>();
    // Whoever waits for it is told; nobody has to. A gateway that starts has nothing else yet to live for.
    reading.promise.catch(() => undefined).finally(() => leaveAlone(child));
    let lastWords = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS_CHARACTERS);
    });
    child.on('message', (report: PlanningReport) => {
      if (report.kind === 'ready') reading.resolve();
      else if (report.kind === 'unreadable') reading.reject(new PlanningFailed(report.failure));
      else if (report.kind === 'planned') take(report.id)?.resolve(report.plan);
      else take(report.id)?.reject(new PlanningFailed(report.failure));
    });
    const die = (reason: string) => {
      const failure = 'The planning process died.';
      reading.reject(new PlanningFailed(failure));
      ended.resolve();
      if (running !== self) return;
      const operations = [...waiting.values()].map(({ text }) => text.slice(0, OPERATION_CHARACTERS));
      log.error({ reason, lastWords, operations }, failure);
      void end(failure);
    };
    child.on('error', (error) => die(reasonOf(error)));
    child.on('exit', (code, signal) => die(signal ?? `exit code ${code}`));

    const self: Running<R> = {
      ready: reading.promise,
      // What cannot be sent to a process that has just died is rejected with all that waits for it.
      send: (order) => void child.send(order, () => undefined),
      end() {
        // Whoever closes has more to do when it is gone.
        child.ref();
        child.kill('SIGKILL');
        return ended.promise;
      },
    };
    self.send({ kind: 'read', sdl });
    return self;
  }

  function take(id: number): Asked | undefined {
    const asked = waiting.get(id);
    waiting.delete(id);
    return asked;
  }

  async function end(failure: string): Promise<void> {
    const ending = running;
    running = null;
    for (const id of [...waiting.keys()]) take(id)?.reject(new PlanningFailed(failure));
    await ending?.end();
  }

  function giveUp(id: number): void {
    if (!options.canGiveUp) void end('Planning was given up.');
    else running?.send({ kind: 'giveUp', id });
    take(id)?.reject(new PlanningFailed('Planning was given up.'));
  }

  function renew(): void {
    options.log.info({ plans }, 'The planning process is renewed.');
    plans = 0;
    void end('The planning process is renewed.');
    running = start();
  }

  function planner(): Running<R> {
    if (closed) throw new PlanningFailed('The planner is closed.');
    running ??= start();
    return running;
  }

  return {
    ready: async () => planner().ready,
    async plan(request, signal) {
      if (signal.aborted) throw new PlanningFailed('Planning was given up before it began.');
      const { send } = planner();
      const id = ++lastId;
      const asked = { ...pending<string>(), text: request.text };
      waiting.set(id, asked);
      const abandon = () => giveUp(id);
      signal.addEventListener('abort', abandon, { once: true });
      send({ kind: 'plan', id, request });
      try {
        return await asked.promise;
      } finally {
        signal.removeEventListener('abort', abandon);
        plans += 1;
        if (plans >= (options.renewAfter ?? RENEW_AFTER) && waiting.size === 0 && running !== null) renew();
      }
    },
    async close() {
      closed = true;
      await end('The planner is closing.');
    },
  };
}

function forkPlanner({ file, memoryMb }: PlannerProcessOptions): ChildProcess {
  const child = fork(fileURLToPath(new URL(`./${file}${ENDING}`, import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${memoryMb}`, '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // It needs no settings, and no secrets.
    env: { PATH: process.env.PATH },
  });
  return child;
}

/** Nobody waits for a planner when all else has ended. */
function leaveAlone(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  (child.stderr as Socket | null)?.unref();
}

interface Pending<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function pending<T>(): Pending<T> {
  let resolve: Pending<T>['resolve'] = () => {};
  let reject: Pending<T>['reject'] = () => {};
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { promise, resolve, reject };
}
