/** Runs at most `concurrency` pieces of work at a time, the others in the order they came. */
export interface Limiter {
  /** Never rejects because of another's failure. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

/** Runs at most `concurrency` pieces of work at a time; the others wait in line. */
export function createLimiter(concurrency: number): Limiter {
  const waiting: (() => void)[] = [];
  let idle: (() => void)[] = [];
  let running = 0;

  function release(): void {
    const next = waiting.shift();
    if (next !== undefined) {
      // The place goes straight to whoever waited longest.
      next();
      return;
    }
    running--;
    if (running > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  }

  return {
    async run(work) {
      if (running < concurrency) running++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        release();
      }
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
  };
}
