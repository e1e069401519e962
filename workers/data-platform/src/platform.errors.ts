/** The data platform can't take events now; any event, later, may do. */
export class PlatformAway extends Error {
  override readonly name: string = 'PlatformAway';
  /** How long it asked to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, { retryAfterMs, cause }: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(`The data platform is away: ${reason}`, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The data platform is well and wants less; it says when to go on. */
export class PlatformBusy extends PlatformAway {
  override readonly name = 'PlatformBusy';
}

/** The data platform will never take this event. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';

  constructor(status: number, answer: string) {
    super(`The data platform refused the event with ${status}: ${answer.slice(0, 500)}`);
  }
}
