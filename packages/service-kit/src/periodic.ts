import type { Logger } from './logger.ts';
import { reasonOf } from './wait-until-there.ts';

/** What is done again and again, and how often. */
export interface PeriodicOptions {
  /** What it does, for the log. */
  name: string;
  /** The pause between the end of one round and the start of the next. */
  everyMs: number;
  /** Returns true when there is more to do, at once. */
  work: () => Promise<unknown>;
  log: Logger;
  /** Starts with a round instead of a pause. */
  atOnce?: boolean;
}

/**
 * Repeats work until closed, never two rounds at once. A round that fails is tried again at the next, and said in the log
 * when that begins, not every time. Closing waits for the round under way.
 */
export function startPeriodic({ name, everyMs, work, log, atOnce = false }: PeriodicOptions): {
  close(): Promise<void>;
} {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failing = false;
  let round = Promise.resolve();

  async function run(): Promise<void> {
    let more = false;
    try {
      more = (await work()) === true;
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ action: name, reason: reasonOf(error) }, 'A periodic task failed; it is tried again.');
      failing = true;
    }
    if (!closed) schedule(more ? 0 : everyMs);
  }

  function schedule(afterMs: number): void {
    timer = setTimeout(() => {
      round = run();
    }, afterMs);
  }

  schedule(atOnce ? 0 : everyMs);
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await round;
    },
  };
}
