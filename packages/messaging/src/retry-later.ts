/**
 * Thrown by a handler whose event is fine but cannot be handled now (a breaker is open, Retry-After): it comes again
 * after `delayMs`, however often, and never becomes a dead letter for it.
 */
export class RetryLater extends Error {
  readonly delayMs: number;

  constructor(delayMs: number, options?: ErrorOptions) {
    super(`To be tried again in ${delayMs} ms.`, options);
    this.delayMs = delayMs;
  }
}
