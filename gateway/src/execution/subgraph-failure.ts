import { ServiceUnavailable, TimedOut } from '@shop/kernel';

/** The errors that come before the request has left: the subgraph cannot have done anything. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
]);

export interface FailedFetch {
  error: unknown;
  isMutation: boolean;
  /** Given up because its time was over. */
  isLate: boolean;
}

/** Says in the client's terms why there was no answer. Neither name nor address of the subgraph is for clients. */
export function failureOf({ error, isMutation, isLate }: FailedFetch): ServiceUnavailable | TimedOut {
  if (isLate) return new TimedOut('Part of the answer did not come in time.', { cause: error });
  // A connection that breaks under a mutation leaves its outcome unknown, which is what TIMEOUT says.
  if (isMutation && !NEVER_SENT.has(codeOf(error))) {
    return new TimedOut('The connection was lost before the answer; the outcome is unknown.', { cause: error });
  }
  return new ServiceUnavailable('Part of the answer is not available right now. Try again shortly.', { cause: error });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
