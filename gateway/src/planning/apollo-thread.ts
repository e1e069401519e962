import { Worker } from 'node:worker_threads';
import type { Logger } from '@shop/service-kit';
import { PlanningFailed } from './planner.ts';

export type PlanningOrder =
  | { kind: 'load'; supergraphId: string; sdl: string }
  | { kind: 'forget'; supergraphId: string }
  | { kind: 'plan'; supergraphId: string; text: string; overrides: Record<string, boolean> };

/** A plan comes as JSON text: that costs less to send than its objects. */
export type PlanningReport = { plan: string } | { failure: string };

/** The one thread of a process that runs Apollo's planner. It starts when it is first needed. */
export interface ApolloThread {
  load(supergraphId: string, sdl: string): void;
  forget(supergraphId: string): void;
  /** The plan's JSON; one is made at a time. Rejects with PlanningFailed. */
  plan(request: PlanRequest): Promise<string>;
  close(): Promise<void>;
}

export interface PlanRequest {
  supergraphId: string;
  text: string;
  overrides: Record<string, boolean>;
  signal: AbortSignal;
}

// Built code has only the .js beside it; tests and benchmarks run the .ts, as Node does by itself.
const FILE = new URL(`./apollo-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** An operation whose planning wants more takes its thread with it, and not the process. */
const MEMORY_MB = 1_024;

/**
 * Planning cannot be interrupted from within: when a plan is given up, its thread ends, and the next plan starts another.
 * So it does after a thread that died.
 */
export function createApolloThread(log: Logger, { memoryMb = MEMORY_MB } = {}): ApolloThread {
  const supergraphs = new Map<string, string>();
  let worker: Worker | null = null;
  let report: ((report: PlanningReport) => void) | null = null;
  let closed = false;

  function start(): Worker {
    const started = new Worker(FILE, { resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    started.on('message', (made: PlanningReport) => report?.(made));
    started.on('error', (error) => {
      log.error({ err: error }, 'The planning thread died.');
      if (worker === started) abandon('The planning thread died.');
    });
    for (const [supergraphId, sdl] of supergraphs) tell(started, { kind: 'load', supergraphId, sdl });
    // Nobody waits for a planner when all else has ended.
    started.unref();
    return started;
  }

  function tell(to: Worker | null, order: PlanningOrder): void {
    to?.postMessage(order);
  }

  function abandon(failure: string): void {
    void worker?.terminate();
    worker = null;
    report?.({ failure });
  }

  return {
    load(supergraphId, sdl) {
      supergraphs.set(supergraphId, sdl);
      tell(worker, { kind: 'load', supergraphId, sdl });
    },
    forget(supergraphId) {
      supergraphs.delete(supergraphId);
      tell(worker, { kind: 'forget', supergraphId });
    },
    async plan({ signal, ...request }) {
      if (report) throw new Error('The planning thread makes one plan at a time.');
      if (closed || signal.aborted) throw new PlanningFailed('Planning was given up before it began.');
      worker ??= start();
      const giveUp = () => abandon('Planning was given up.');
      signal.addEventListener('abort', giveUp, { once: true });
      const made = await new Promise<PlanningReport>((resolve) => {
        report = resolve;
        tell(worker, { kind: 'plan', ...request });
      });
      report = null;
      signal.removeEventListener('abort', giveUp);
      if ('failure' in made) throw new PlanningFailed(made.failure);
      return made.plan;
    },
    async close() {
      closed = true;
      const ended = worker?.terminate();
      abandon('The gateway is closing.');
      await ended;
    },
  };
}
