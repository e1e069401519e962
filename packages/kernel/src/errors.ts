/** The codes a client can meet in `extensions.code`; they are part of the public API and never change meaning. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'CONFLICT'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'IDEMPOTENCY_IN_PROGRESS'
  | 'SERVICE_UNAVAILABLE'
  | 'TIMEOUT'
  | 'INTERNAL_SERVER_ERROR';

/**
 * An error whose message and code may be shown to a client. Whatever is not a DomainError is masked as
 * INTERNAL_SERVER_ERROR before it leaves a process.
 */
export abstract class DomainError extends Error {
  /** An ErrorCode, or the code of a userError of one mutation (`SOLD_OUT`, …). */
  abstract readonly code: string;

  /** What goes into the GraphQL error's `extensions` beside the code. */
  extensions(): Record<string, unknown> {
    return {};
  }
}

/** The request itself is wrong, and `field` says where. */
export class BadUserInput extends DomainError {
  readonly code = 'BAD_USER_INPUT';
  readonly field: string;

  constructor(field: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.field = field;
  }

  override extensions(): Record<string, unknown> {
    return { field: this.field };
  }
}

/** There is no token, or it is not (or no longer) valid. */
export class Unauthenticated extends DomainError {
  readonly code = 'UNAUTHENTICATED';

  constructor(message = 'Sign in to do this.', options?: ErrorOptions) {
    super(message, options);
  }
}

/** The viewer is known and may not do this. */
export class Forbidden extends DomainError {
  readonly code = 'FORBIDDEN';

  constructor(message = 'You may not do this.') {
    super(message);
  }
}

/** What the request names does not exist, or not for this viewer. */
export class NotFound extends DomainError {
  readonly code = 'NOT_FOUND';
}

/** The thing has changed since the viewer read it. */
export class Conflict extends DomainError {
  readonly code = 'CONFLICT';
}

/** Too many requests; worth another try after `retryAfterMs` milliseconds. */
export class RateLimited extends DomainError {
  readonly code = 'RATE_LIMITED';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('Too many requests. Try again shortly.');
    this.retryAfterMs = retryAfterMs;
  }

  override extensions(): Record<string, unknown> {
    return { retryAfterMs: this.retryAfterMs };
  }
}

/** The idempotency key was used before for a different request. */
export class IdempotencyKeyReused extends DomainError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';

  constructor() {
    super('This idempotency key was already used for a different request.');
  }
}

/** The first request with this idempotency key is still running. */
export class IdempotencyInProgress extends DomainError {
  readonly code = 'IDEMPOTENCY_IN_PROGRESS';

  constructor() {
    super('A request with this idempotency key is still running. Try again shortly.');
  }
}

/** Something this process depends on is away; the request had no effect and may be sent again. */
export class ServiceUnavailable extends DomainError {
  readonly code = 'SERVICE_UNAVAILABLE';

  constructor(message = 'The service is not available right now. Try again shortly.', options?: ErrorOptions) {
    super(message, options);
  }
}

/** No answer in time; the outcome is unknown. */
export class TimedOut extends DomainError {
  readonly code = 'TIMEOUT';

  constructor(message = 'The request took too long.', options?: ErrorOptions) {
    super(message, options);
  }
}
