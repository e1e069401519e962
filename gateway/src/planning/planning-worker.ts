import { parentPort, workerData } from 'node:worker_threads';
import type { PlannerThreadData, PlanningOrder, PlanningReport } from './planner-thread.ts';

/** Makes a plan's JSON. */
export type MakePlan<R> = (request: R, signal: AbortSignal) => string | Promise<string>;

/** The inside of a planning thread: reads its supergraph, and then plans for it until it is ended. */
export function runPlanner<R>(read: (sdl: string) => MakePlan<R>): void {
  const port = parentPort;
  if (port === null) throw new Error('This file is for a thread.');
  const report = (what: PlanningReport) => port.postMessage(what);
  const plan = readable(read, report);
  const underWay = new Map<number, AbortController>();

  port.on('message', async (order: PlanningOrder<R>) => {
    const { id } = order;
    if (order.kind === 'giveUp') return underWay.get(id)?.abort();
    const giveUp = new AbortController();
    underWay.set(id, giveUp);
    try {
      report({ kind: 'planned', id, plan: await plan(order.request, giveUp.signal) });
    } catch (error) {
      report({ kind: 'failed', id, failure: messageOf(error) });
    }
    underWay.delete(id);
  });
}

function readable<R>(read: (sdl: string) => MakePlan<R>, report: (what: PlanningReport) => void): MakePlan<R> {
  try {
    const plan = read((workerData as PlannerThreadData).sdl);
    report({ kind: 'ready' });
    return plan;
  } catch (error) {
    const failure = messageOf(error);
    report({ kind: 'unreadable', failure });
    return () => Promise.reject(new Error(failure));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
