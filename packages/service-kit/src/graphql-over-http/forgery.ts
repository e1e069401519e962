import type { IncomingHttpHeaders } from 'node:http';
import { essenceOf } from './media-type.ts';

/** Headers that make a browser ask first, when a page of another site sends them. */
export const PREFLIGHTED_HEADERS = ['x-apollo-operation-name', 'apollo-require-preflight'];
/** What forms send, without asking. */
export const SIMPLE_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/**
 * Whether a browser would send this from any page without asking first: Apollo's rule
 * (https://www.apollographql.com/docs/apollo-server/security/cors#preventing-cross-site-request-forgery-csrf). A GET
 * needs one of the headers, a POST a content type that forms cannot have.
 */
export function mayBeForged(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  if (type === 'application/json') return false;
  if (type !== undefined && !SIMPLE_CONTENT_TYPES.includes(essenceOf(type))) return false;
  return !PREFLIGHTED_HEADERS.some((name) => headers[name]);
}
