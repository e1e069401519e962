import { DomainError } from '@shop/kernel';
import { SUBSCRIPTION_SCHEMA_RELOAD } from '../errors/client-error.ts';

/** All whose subscriptions end with one supergraph come back one after the other. */
const COME_BACK_WITHIN_MS = 5_000;

/** With the supergraph that is served now a subscription would be answered in another way, or not at all. */
export class SchemaReloaded extends DomainError {
  readonly code = SUBSCRIPTION_SCHEMA_RELOAD;
  /** Null for a subscriber who has been told nothing yet, and is to begin with the current state. */
  readonly cursor: string | null;
  readonly retryAfterMs = Math.floor(Math.random() * COME_BACK_WITHIN_MS);

  constructor(cursor: string | null) {
    super('The schema has changed. Subscribe again, with this cursor where there is one.');
    this.cursor = cursor;
  }

  override extensions(): Record<string, unknown> {
    return { retryAfterMs: this.retryAfterMs, ...(this.cursor !== null && { cursor: this.cursor }) };
  }
}
