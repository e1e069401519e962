export interface BreakerSettings {
  /** Of the last requests, how many may fail before it opens. */
  failurePercent: number;
  /** Fewer requests than these say nothing. */
  minimumRequests: number;
  /** How long nobody is let through before one request may try again. */
  openMs: number;
}

export type BreakerState = 'closed' | 'half-open' | 'open';

/** Told when a breaker opens, and when it is closed again; a try that fails in between is no news. */
export type OnTurn = (state: 'open' | 'closed') => void;

/** Results are counted over one to two of these. */
const PERIOD_MS = 5_000;

/** A right to send one request, for telling what came of it. */
export type Ticket = number;

/**
 * Stops asking a server that keeps failing: the first failures cost their callers time, all others fail at once. Once in a
 * while one request is let through to see whether the server is back (https://martinfowler.com/bliki/CircuitBreaker.html).
 * Times are in milliseconds of any one clock.
 */
export class CircuitBreaker {
  readonly #settings: BreakerSettings;
  readonly #onTurn: OnTurn;
  #state: BreakerState = 'closed';
  /** Rises with every change of state: what was sent before says nothing about what is now. */
  #ticket: Ticket = 1;
  #openedAt = 0;
  #periodBegan = 0;
  #recent = { all: 0, failed: 0 };
  #before = { all: 0, failed: 0 };

  constructor(settings: BreakerSettings, onTurn: OnTurn = () => undefined) {
    this.#settings = settings;
    this.#onTurn = onTurn;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether `admit` would say null. */
  refuses(now: number): boolean {
    if (this.#state === 'closed') return false;
    return this.#state === 'half-open' || now - this.#openedAt < this.#settings.openMs;
  }

  /** Null for a request that is not to be sent. Whoever gets a ticket must settle it. */
  admit(now: number): Ticket | null {
    if (this.refuses(now)) return null;
    if (this.#state === 'open') this.#become('half-open');
    return this.#ticket;
  }

  /** `unknown` is for a request that was given up for reasons of the caller's own. */
  settle(ticket: Ticket, outcome: 'succeeded' | 'failed' | 'unknown', now: number): void {
    if (ticket !== this.#ticket) return;
    if (this.#state === 'half-open') {
      if (outcome === 'succeeded') this.#become('closed');
      else this.#open(outcome === 'failed' ? now : this.#openedAt);
      return;
    }
    if (outcome === 'unknown') return;
    this.#count(outcome === 'failed', now);
    if (outcome === 'failed' && this.#failsTooOften()) this.#open(now);
  }

  #count(hasFailed: boolean, now: number): void {
    const age = now - this.#periodBegan;
    if (age >= PERIOD_MS) {
      this.#before = age < 2 * PERIOD_MS ? this.#recent : { all: 0, failed: 0 };
      this.#recent = { all: 0, failed: 0 };
      this.#periodBegan = now;
    }
    this.#recent.all += 1;
    if (hasFailed) this.#recent.failed += 1;
  }

  #failsTooOften(): boolean {
    const all = this.#recent.all + this.#before.all;
    const failed = this.#recent.failed + this.#before.failed;
    return all >= this.#settings.minimumRequests && failed * 100 >= all * this.#settings.failurePercent;
  }

  #open(since: number): void {
    this.#openedAt = since;
    this.#become('open');
  }

  #become(state: BreakerState): void {
    if (state === 'closed') this.#onTurn('closed');
    else if (this.#state === 'closed') this.#onTurn('open');
    this.#state = state;
    this.#ticket += 1;
    this.#recent = { all: 0, failed: 0 };
    this.#before = { all: 0, failed: 0 };
  }
}
