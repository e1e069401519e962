import type { ViewerToken } from './door/token-verifier.ts';

/** What the gateway knows about whoever sent an operation, however it came in. */
export interface RequestContext {
  /** Null for an anonymous viewer. */
  token: ViewerToken | null;
  idempotencyKey: string | null;
  /** Where the operation came from, as far as it can be trusted; see TRUSTED_PROXIES. */
  clientAddress: string;
  /** Set when a subgraph gave an answer that it had given before under this key. */
  isReplay?: boolean;
}

/** Both spellings are in use; subgraphs only ever see one of them. */
export function idempotencyKeyOf(headers: Record<string, string | string[] | undefined>): string | null {
  const value = headers['idempotency-key'] ?? headers.idempotency_key;
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
