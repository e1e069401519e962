import { DomainError, ServiceUnavailable, TimedOut } from '@shop/kernel';

/** Nobody was there to receive the command: it had no effect and may be sent again. */
export class CommandUnavailable extends ServiceUnavailable {}

/** The command may or may not have taken effect: ask, or send it again (commands are idempotent), but never guess. */
export class CommandUnanswered extends TimedOut {}

/**
 * The service answered that it did not do it, and `code` says why. INTERNAL_SERVER_ERROR is the one code that leaves
 * the outcome open: something broke on the way.
 */
export class CommandFailed extends DomainError {
  readonly code: string;
  readonly #extensions: Record<string, unknown>;

  constructor(error: { code: string; message: string; extensions?: Record<string, unknown> }) {
    super(error.message);
    this.code = error.code;
    this.#extensions = error.extensions ?? {};
  }

  override extensions(): Record<string, unknown> {
    return this.#extensions;
  }
}
