/** Retries that are possible at once, also when there were no requests before. */
const MOST = 10;

/** Keeps retries at a share of all requests, so that a server which is in trouble does not get more of them than usual. */
export class RetryBudget {
  readonly #perRequest: number;
  #left: number;

  /** With 0 percent nothing is ever retried. */
  constructor({ percent }: { percent: number }) {
    this.#perRequest = percent / 100;
    this.#left = percent > 0 ? MOST : 0;
  }

  /** Each request saves up for the retries of others. */
  countRequest(): void {
    if (this.#left < MOST) this.#left += this.#perRequest;
  }

  /** Whether something may be sent once more. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
