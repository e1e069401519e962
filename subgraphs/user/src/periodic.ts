import type { Logger } from '@shop/service-kit';
import { reasonOf } from '@shop/service-kit';

export interface PeriodicOptions {
  /** For the log, when it fails. */
  name: string;
  everyMs: number;
  work: () => Promise<void>;
  log: Logger;
}

/** Repeats work until closed, never two rounds at once; a round that fails is logged when it begins to, not every time. */
export function startPeriodic({ name, everyMs, work, log }: PeriodicOptions): { close(): Promise<void> } {
  let failing = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  let closed = false;

  async function round(): Promise<void> {
    try {
      await work();
      failing = false;
    } catch (error) {
      if (!failing)
        log.warn({ action: name, reason: reasonOf(error) }, 'A periodic task failed and will be tried again.');
      failing = true;
    }
    if (!closed) schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      running = round();
    }, everyMs);
  }

  schedule();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      return running;
    },
  };
}
