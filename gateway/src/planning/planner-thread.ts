import { Worker } from 'node:worker_threads';
import { type Logger, reasonOf } from '@shop/service-kit';
import { PlanningFailed } from './planner.ts';

/** What a planning thread is started with. */
export interface PlannerThreadData {
  sdl: string;
}

export type PlanningOrder<R> = { kind: 'plan'; id: number; request: R } | { kind: 'giveUp'; id: number };

/** A plan comes as JSON text: that costs less to send than its objects. */
export type PlanningReport =
  | { kind: 'ready' }
  | { kind: 'unreadable'; failure: string }
  | { kind: 'planned'; id: number; plan: string }
  | { kind: 'failed'; id: number; failure: string };

/**
 * A thread with a planner for one supergraph: reading a large one takes a planner seconds, and with the thread all of its
 * memory goes. It starts when it is first needed, and again after it died.
 */
export interface PlannerThread<R> {
  /** Resolves once the planner has read the supergraph; rejects with why it cannot. */
  ready(): Promise<void>;
  /** The plan's JSON. Rejects with PlanningFailed. */
  plan(request: R, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

export interface PlannerThreadOptions extends PlannerThreadData {
  /** The thread's file in this folder, without its ending. */
  file: string;
  /** A planner that cannot be interrupted ends with its thread when a plan is given up. */
  canGiveUp: boolean;
  /** An operation whose planning wants more takes its thread with it, and not the process. */
  memoryMb: number;
  log: Logger;
}

// Built code has only the .js beside it; tests and benchmarks run the .ts, as Node does by itself.
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

interface Waiting {
  resolve(plan: string): void;
  reject(error: Error): void;
}

interface Running<R> {
  worker: Worker;
  ready: Promise<void>;
  send(order: PlanningOrder<R>): void;
}

export function createPlannerThread<R>({
  file,
  sdl,
  canGiveUp,
  memoryMb,
  log,
}: PlannerThreadOptions): PlannerThread<R> {
  const path = new URL(`./${file}${ENDING}`, import.meta.url);
  const waiting = new Map<number, Waiting>();
  let running: Running<R> | null = null;
  let closed = false;
  let lastId = 0;

  function start(): Running<R> {
    const data: PlannerThreadData = { sdl };
    const worker = new Worker(path, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    const ready = new Promise<void>((resolve, reject) => {
      worker.on('message', (report: PlanningReport) => {
        if (report.kind === 'ready') resolve();
        else if (report.kind === 'unreadable') reject(new PlanningFailed(report.failure));
      });
      worker.once('error', (error) => reject(new PlanningFailed(`The planning thread died: ${reasonOf(error)}`)));
      worker.once('exit', () => reject(new PlanningFailed('The planner is closing.')));
    });
    // Whoever waits for it is told; nobody has to.
    ready.catch(() => undefined);
    worker.on('message', (report: PlanningReport) => {
      if (report.kind === 'planned') take(report.id)?.resolve(report.plan);
      else if (report.kind === 'failed') take(report.id)?.reject(new PlanningFailed(report.failure));
    });
    worker.on('error', (error) => {
      log.error({ err: error }, 'A planning thread died.');
      if (running?.worker === worker) void end('The planning thread died.');
    });
    // Nobody waits for a planner when all else has ended.
    worker.unref();
    return { worker, ready, send: (order) => worker.postMessage(order) };
  }

  function take(id: number): Waiting | undefined {
    const asked = waiting.get(id);
    waiting.delete(id);
    return asked;
  }

  async function end(failure: string): Promise<void> {
    const ended = running;
    running = null;
    for (const id of waiting.keys()) take(id)?.reject(new PlanningFailed(failure));
    await ended?.worker.terminate();
  }

  function giveUp(id: number): void {
    if (!canGiveUp) void end('Planning was given up.');
    else running?.send({ kind: 'giveUp', id });
    take(id)?.reject(new PlanningFailed('Planning was given up.'));
  }

  function thread(): Running<R> {
    if (closed) throw new PlanningFailed('The planner is closed.');
    running ??= start();
    return running;
  }

  return {
    ready: async () => thread().ready,
    async plan(request, signal) {
      if (signal.aborted) throw new PlanningFailed('Planning was given up before it began.');
      const { send } = thread();
      const id = ++lastId;
      const abandon = () => giveUp(id);
      signal.addEventListener('abort', abandon, { once: true });
      try {
        return await new Promise<string>((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          send({ kind: 'plan', id, request });
        });
      } finally {
        signal.removeEventListener('abort', abandon);
      }
    },
    async close() {
      closed = true;
      await end('The planner is closing.');
    },
  };
}
