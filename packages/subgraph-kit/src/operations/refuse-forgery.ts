import type { IncomingHttpHeaders } from 'node:http';
import { mayBeForged, PREFLIGHTED_HEADERS, SIMPLE_CONTENT_TYPES } from '@shop/service-kit';
import { badRequest } from './request-refused.ts';

/** Throws for what a browser would send from any page without asking first. */
export function refuseForgery(headers: IncomingHttpHeaders): void {
  if (!mayBeForged(headers)) return;
  throw badRequest(
    'This operation has been blocked as a potential Cross-Site Request Forgery (CSRF). Please either specify a ' +
      `'content-type' header (with a type that is not one of ${SIMPLE_CONTENT_TYPES.join(', ')}) or provide a ` +
      `non-empty value for one of the following headers: ${PREFLIGHTED_HEADERS.join(', ')}\n`,
  );
}
