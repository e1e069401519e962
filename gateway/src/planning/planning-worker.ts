import { errorText } from '../errors/error-text.ts';
import type { PlanningOrder, PlanningReport } from './planner-process.ts';

/** Makes a plan's JSON. */
export type MakePlan<R> = (request: R, signal: AbortSignal) => string | Promise<string>;

/** The inside of a planning process: reads its supergraph, and then plans for it until it is ended. */
export function runPlanner<R>(read: (sdl: string) => MakePlan<R>): void {
  const underWay = new Map<number, AbortController>();
  let plan: MakePlan<R> = () => Promise.reject(new Error('The supergraph was never read.'));

  process.on('message', async (order: PlanningOrder<R>) => {
    if (order.kind === 'read') plan = readable(read, order.sdl);
    else if (order.kind === 'giveUp') underWay.get(order.id)?.abort();
    else await answer(order.id, order.request);
  });
  // Its gateway has ended, whatever way.
  process.on('disconnect', () => process.exit());
  // A terminal sends these to both, and the gateway goes on planning until it has drained.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

  async function answer(id: number, request: R): Promise<void> {
    const giveUp = new AbortController();
    underWay.set(id, giveUp);
    try {
      report({ kind: 'planned', id, plan: await plan(request, giveUp.signal) });
    } catch (error) {
      report({ kind: 'failed', id, failure: errorText(error) });
    }
    underWay.delete(id);
  }
}

function readable<R>(read: (sdl: string) => MakePlan<R>, sdl: string): MakePlan<R> {
  try {
    const plan = read(sdl);
    report({ kind: 'ready' });
    return plan;
  } catch (error) {
    const failure = errorText(error);
    report({ kind: 'unreadable', failure });
    return () => Promise.reject(new Error(failure));
  }
}

function report(what: PlanningReport): void {
  process.send?.(what);
}
