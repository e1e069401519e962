import type { IncomingHttpHeaders } from 'node:http';
import { badRequest } from './request-refused.ts';

const PREFLIGHTED_HEADERS = ['x-apollo-operation-name', 'apollo-require-preflight'];
const SIMPLE_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/**
 * Throws for what a browser would send from any page without asking first: Apollo's rule
 * (https://www.apollographql.com/docs/apollo-server/security/cors#preventing-cross-site-request-forgery-csrf).
 */
export function refuseForgery(headers: IncomingHttpHeaders): void {
  const type = headers['content-type'];
  if (type === 'application/json') return;
  if (type !== undefined && !SIMPLE_CONTENT_TYPES.includes(essenceOf(type))) return;
  if (PREFLIGHTED_HEADERS.some((name) => headers[name])) return;
  throw badRequest(
    'This operation has been blocked as a potential Cross-Site Request Forgery (CSRF). Please either specify a ' +
      `'content-type' header (with a type that is not one of ${SIMPLE_CONTENT_TYPES.join(', ')}) or provide a ` +
      `non-empty value for one of the following headers: ${PREFLIGHTED_HEADERS.join(', ')}\n`,
  );
}

/** A content type without its parameters. */
export function essenceOf(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
