import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './logger.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Repeats `attempt` until it succeeds: a server that starts later than this process is waited for, not crashed on.
 * Says so when the first attempt fails and again when it is there. Rejects only when the signal aborts.
 */
export async function waitUntilThere<T>(
  what: string,
  attempt: () => Promise<T>,
  { log, signal }: { log: Logger; signal?: AbortSignal },
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      const result = await attempt();
      if (failures > 0) log.info(`${what} is there.`);
      return result;
    } catch (error) {
      if (failures === 0) log.warn({ reason: reasonOf(error) }, `Waiting for ${what}.`);
      await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10)), undefined, { signal });
    }
  }
}

/** What went wrong, in one line: drivers leave the message empty and put the cause into a code or a list. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
