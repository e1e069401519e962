import { setTimeout as pause } from 'node:timers/promises';

/** Work that runs side by side, and work that may end the process and runs while no other does. */
export interface Isolation {
  together<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Waits for nobody; whoever wants to be alone waits for it. */
  first<T>(work: () => Promise<T>): Promise<T>;
  /** True for one at a time, which then has to be `alone` and ends it; whoever is told false waits elsewhere. */
  claim(): boolean;
}

const PATIENCE_MS = 10_000;

/**
 * A message under suspicion is handled alone, so that no other shares its fate – and its count of deaths – again and
 * again. Nobody waits longer than `patienceMs` for another: one that hangs does not stop the process.
 */
export function createIsolation(patienceMs = PATIENCE_MS): Isolation {
  const running = new Set<Promise<unknown>>();
  let lastAlone: Promise<unknown> = Promise.resolve();
  let isClaimed = false;

  function atMost(waitedFor: Promise<unknown>): Promise<unknown> {
    const enough = new AbortController();
    const patience = pause(patienceMs, undefined, { signal: enough.signal, ref: false }).catch(() => undefined);
    return Promise.race([waitedFor, patience]).finally(() => enough.abort());
  }

  function begin<T>(work: () => Promise<T>): Promise<T> {
    const result = work();
    const settled = result.catch(() => undefined);
    running.add(settled);
    void settled.then(() => running.delete(settled));
    return result;
  }

  return {
    async together(work) {
      // Others may have come to be alone meanwhile.
      for (let seen: unknown; seen !== lastAlone; ) {
        seen = lastAlone;
        await lastAlone;
      }
      return begin(work);
    },
    first: begin,
    claim() {
      if (isClaimed) return false;
      isClaimed = true;
      return true;
    },
    alone(work) {
      const started = lastAlone.then(() => atMost(Promise.all(running)));
      const result = started.then(work).finally(() => {
        isClaimed = false;
      });
      lastAlone = started.then(() => atMost(result.catch(() => undefined)));
      return result;
    },
  };
}

/** Of this process: whoever dies takes every consumer in it along. */
export const isolation = createIsolation();
