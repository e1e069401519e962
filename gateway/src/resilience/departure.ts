import type { ServerResponse } from 'node:http';

/** Tells those who work on an operation's answer that whoever asked for it has gone. */
export class Departure {
  #hasLeft = false;
  readonly #listeners = new Set<() => void>();

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Called once, at once when that has happened already; `forget` in time, since an operation has many fetches. */
  onLeave(listener: () => void): void {
    if (this.#hasLeft) listener();
    else this.#listeners.add(listener);
  }

  forget(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  leave(): void {
    this.#hasLeft = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

/** The departure of the client that a response is for: its connection is closed before it has all of the answer. */
export function departureFrom(response: ServerResponse): Departure {
  const departure = new Departure();
  if (response.closed) departure.leave();
  response.once('close', () => {
    if (!response.writableFinished) departure.leave();
  });
  return departure;
}
