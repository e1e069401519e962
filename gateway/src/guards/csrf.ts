import type { IncomingHttpHeaders } from 'node:http';
import { mayBeForged, PREFLIGHTED_HEADERS } from '@shop/service-kit';
import type { Refusal } from './refusal.ts';

/**
 * Refuses what a browser would send from any page without asking: Apollo's rule, so its clients pass as they are. There is
 * no setting to switch it off.
 */
export function refuseForgery(headers: IncomingHttpHeaders): Refusal | null {
  if (!mayBeForged(headers)) return null;
  return {
    guard: 'csrf',
    code: 'BAD_USER_INPUT',
    message: `Send "content-type: application/json", or one of these headers with any value: ${PREFLIGHTED_HEADERS.join(', ')}.`,
  };
}
