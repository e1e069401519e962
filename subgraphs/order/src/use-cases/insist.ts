import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '@shop/kernel';

const PAUSE_MS = 100;

/**
 * Repeats an idempotent question until it is answered or time is up, then rethrows: to repeat it is how an unknown
 * outcome is asked for, and how a participant that is being restarted is waited for.
 */
export async function insist<A>(
  ask: (timeoutMs: number) => Promise<A>,
  { endsAt, timeoutMs }: { endsAt: number; timeoutMs: number },
): Promise<A> {
  for (;;) {
    const remainingMs = Math.max(1, Math.round(endsAt - performance.now()));
    try {
      return await ask(Math.min(timeoutMs, remainingMs));
    } catch (error) {
      // Whatever is not a DomainError is a mistake of ours, and would be made again.
      if (!(error instanceof DomainError) || performance.now() + PAUSE_MS >= endsAt) throw error;
    }
    await pause(PAUSE_MS);
  }
}
