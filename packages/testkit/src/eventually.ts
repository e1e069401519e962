import { setTimeout as delay } from 'node:timers/promises';

/** How long to wait, and how often to look. */
export interface EventuallyOptions {
  /** How long to keep asking; 15 s unless told: only who fails waits so long. */
  timeoutMs?: number;
  /** How long to wait between two attempts; 20 ms unless told. */
  everyMs?: number;
}

/** For the answer to a command or request: longer than a busy machine takes, so that only who is stuck fails. */
export const patience = { timeoutMs: 30_000 };

/** Repeats an attempt until it no longer throws and returns its result; rethrows its last error when time is up. */
export async function eventually<T>(attempt: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const deadline = Date.now() + (options.timeoutMs ?? 15_000);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await delay(options.everyMs ?? 20);
  }
}
