import { ServiceUnavailable } from '@shop/kernel';

/** Runs so many tasks at once; the others wait their turn, and too many of them are refused. */
export interface PlanningQueue {
  /** Rejects with ServiceUnavailable when too many wait already. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** How many wait. */
  length(): number;
}

export function createPlanningQueue({ atOnce, maxWaiting }: { atOnce: number; maxWaiting: number }): PlanningQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  return {
    async run(task) {
      if (running >= atOnce) {
        if (waiting.length >= maxWaiting) throw new ServiceUnavailable('Too many new operations at once.');
        // Whoever ends hands its place on, so that nobody slips in between.
        await new Promise<void>((resolve) => void waiting.push(resolve));
      } else running += 1;
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
    length: () => waiting.length,
  };
}
