import type { Departure } from './departure.ts';

/** How long something is worth waiting for: until its time is over, or nobody wants it any more. */
export class Patience {
  #end: 'late' | 'abandoned' | null = null;
  #stop: (() => void) | null = null;
  readonly #timer: NodeJS.Timeout;
  readonly #departure: Departure | undefined;
  readonly #abandon = () => this.#finish('abandoned');

  /** `close` it, or its timer goes on. */
  constructor(ms: number, departure: Departure | undefined) {
    this.#timer = setTimeout(expire, ms, this);
    this.#departure = departure;
    departure?.onLeave(this.#abandon);
  }

  /** Why there is no point in waiting any more; null as long as there is. */
  get end(): 'late' | 'abandoned' | null {
    return this.#end;
  }

  /** Says what is to be stopped in the end, in place of what was before. */
  stopping(stop: (() => void) | null): void {
    this.#stop = stop;
    if (this.#end !== null) stop?.();
  }

  expire(): void {
    this.#finish('late');
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#departure?.forget(this.#abandon);
    this.#stop = null;
  }

  #finish(end: 'late' | 'abandoned'): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#stop?.();
  }
}

/** Not a closure: there is a timer for each fetch. */
function expire(patience: Patience): void {
  patience.expire();
}
