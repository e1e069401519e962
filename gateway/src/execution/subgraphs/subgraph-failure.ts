import { ServiceUnavailable, TimedOut } from '@shop/kernel';
import type { FetchFailed } from '../../resilience/fetch-failed.ts';

/** Says in the client's terms why there was no answer. Neither name nor address of the subgraph is for clients. */
export function failureOf(failed: FetchFailed, isMutation: boolean): ServiceUnavailable | TimedOut {
  const isLate = failed.kind === 'timeout' || failed.kind === 'deadline';
  // What was never sent has not happened; TIMEOUT leaves that open.
  if (isLate && (failed.wasSent || !isMutation)) {
    return new TimedOut('Part of the answer did not come in time.', { cause: failed });
  }
  if (isMutation && failed.wasSent) {
    return new TimedOut('The connection was lost before the answer; the outcome is unknown.', { cause: failed });
  }
  return new ServiceUnavailable('Part of the answer is not available right now. Try again shortly.', { cause: failed });
}
