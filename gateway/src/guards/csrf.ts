import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from './refusal.ts';

/** Headers that make a browser ask first, when a page of another site sends them. */
const PREFLIGHTED_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];
const SIMPLE_CONTENT_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

/**
 * Refuses what a browser would send from any page without asking: Apollo's rule, so its clients pass as they are. A GET
 * needs one of the headers, a POST a content type that forms cannot have. There is no setting to switch it off.
 */
export function refuseForgery(headers: IncomingHttpHeaders): Refusal | null {
  const type = headers['content-type'];
  if (type !== undefined && !SIMPLE_CONTENT_TYPES.has(essenceOf(type))) return null;
  if (PREFLIGHTED_HEADERS.some((name) => headers[name])) return null;
  return {
    guard: 'csrf',
    code: 'BAD_USER_INPUT',
    message: `Send "content-type: application/json", or one of these headers with any value: ${PREFLIGHTED_HEADERS.join(', ')}.`,
  };
}

function essenceOf(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
