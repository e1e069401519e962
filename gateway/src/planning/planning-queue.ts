import { ServiceUnavailable } from '@shop/kernel';

/** Runs so many tasks at once; the others wait their turn, and too many of them are refused. */
export interface PlanningQueue {
  /** Rejects with ServiceUnavailable when too many wait already. */
  run<T>(task: () => Promise<T>): Promise<T>;
}

export interface PlanningQueueOptions {
  atOnce: number;
  maxWaiting: number;
  /** Told how many wait whenever it is another number. */
  onLength(length: number): void;
}

export function createPlanningQueue({ atOnce, maxWaiting, onLength }: PlanningQueueOptions): PlanningQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  return {
    async run(task) {
      if (running >= atOnce) {
        if (waiting.length >= maxWaiting) throw new ServiceUnavailable('Too many new operations at once.');
        // Whoever ends hands its place on, so that nobody slips in between.
        await new Promise<void>((resolve) => onLength(waiting.push(resolve)));
      } else running += 1;
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) {
          onLength(waiting.length);
          next();
        } else running -= 1;
      }
    },
  };
}
