import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../progress.ts';

/** A process of ours that ends some time, or somebody else's that never does. */
export interface Supervisable {
  readonly pid: number | null;
  readonly exited: Promise<string>;
  close(): Promise<void>;
}

export interface Supervision<P extends Supervisable> {
  name: string;
  start: (signal: AbortSignal, isRestart: boolean) => Promise<P>;
  /** Told every new pid. */
  onStarted: (process: P) => void;
  progress: Progress;
  /** Gives the first start up. */
  signal?: AbortSignal;
  backoffMs?: { first: number; most: number };
}

export interface Supervised<P extends Supervisable> {
  current(): P;
  /** Ends the process and starts it again at once. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

// A process that lived this long has not failed for the reason it failed before.
const steadyAfterMs = 30_000;

/** Starts a process, and starts it again whenever it ends, waiting longer each time. */
export async function supervise<P extends Supervisable>(options: Supervision<P>): Promise<Supervised<P>> {
  const { name, start, onStarted, progress } = options;
  const { first, most } = options.backoffMs ?? { first: 250, most: 15_000 };
  const closing = new AbortController();
  let wanted: 'running' | 'restarted' = 'running';
  let current = await start(options.signal ?? closing.signal, false);
  onStarted(current);

  const comeBack = async (): Promise<void> => {
    let pauseMs = first;
    while (!closing.signal.aborted) {
      const startedAt = Date.now();
      const how = await current.exited;
      if (closing.signal.aborted) return;
      if (Date.now() - startedAt > steadyAfterMs) pauseMs = first;
      if (wanted === 'running') {
        progress.say(`! ${name} ended (${how}); starting it again in ${pauseMs} ms`);
        await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
        pauseMs = Math.min(pauseMs * 2, most);
      }
      wanted = 'running';
      await startAgain();
    }
  };
  const startAgain = async (): Promise<void> => {
    for (let pauseMs = first; !closing.signal.aborted; pauseMs = Math.min(pauseMs * 2, most)) {
      try {
        current = await start(closing.signal, true);
        if (closing.signal.aborted) return await current.close();
        onStarted(current);
        return progress.say(`✓ ${name} runs again (pid ${current.pid})`);
      } catch (error) {
        if (closing.signal.aborted) return;
        progress.say(`! ${error instanceof Error ? error.message : error}`);
        await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  };
  const watching = comeBack();

  return {
    current: () => current,
    async restart() {
      wanted = 'restarted';
      await current.close();
    },
    async close() {
      closing.abort();
      await current.close();
      // A start that was under way is given up, and leaves nothing.
      if (current.pid !== null) await watching;
    },
  };
}
