import type { Client } from './guards/door.ts';
import type { ViewerToken } from './guards/token-verifier.ts';
import type { Departure } from './resilience/departure.ts';

/** What the gateway knows about whoever sent an operation, however it came in. */
export interface RequestContext {
  /** Null for an anonymous viewer. */
  token: ViewerToken | null;
  client: Client;
  /** Which program it is, as far as it says so (`clientAppOf`). */
  app?: string | undefined;
  idempotencyKey: string | null;
  /** Where the gateway can tell that whoever asked has gone. */
  departure?: Departure;
  /** Set when a subgraph gave an answer that it had given before under this key. */
  isReplay?: boolean;
}

/** Both spellings are in use; subgraphs only ever see one of them. */
export function idempotencyKeyOf(headers: Record<string, string | string[] | undefined>): string | null {
  const value = headers['idempotency-key'] ?? headers.idempotency_key;
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
