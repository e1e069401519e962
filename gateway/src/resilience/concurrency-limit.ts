import { FetchFailed } from './fetch-failed.ts';
import type { Patience } from './patience.ts';

/** Lets so many in at once and some more wait, first come, first served; whoever comes then is refused at once. */
export class ConcurrencyLimit {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  constructor({ most, mostWaiting }: { most: number; mostWaiting: number }) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Null for who is in at once; otherwise settles when it is their turn or their patience ends. Whoever is in must leave.
   * Throws a FetchFailed where the queue is full.
   */
  enter(patience: Patience): Promise<void> | null {
    if (this.#inside < this.#most) {
      this.#inside += 1;
      return null;
    }
    if (this.#waiting.size >= this.#mostWaiting) {
      throw new FetchFailed('queue_full', 'Too many requests wait for the subgraph.');
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add(goIn);
      patience.stopping(() => {
        this.#waiting.delete(goIn);
        const kind = patience.end === 'abandoned' ? 'abandoned' : 'timeout';
        reject(new FetchFailed(kind, 'The request waited too long for its turn.'));
      });

      function goIn(): void {
        patience.stopping(null);
        resolve();
      }
    });
  }

  leave(): void {
    for (const next of this.#waiting) {
      // The place goes on to them, so that nobody who comes now is faster.
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#inside -= 1;
  }
}
