import { readsStatus } from '@shop/service-kit';
import type { GraphQLError } from 'graphql';
import { type HttpHead, headOf } from '../errors/http-head.ts';

/** The status and headers of an answer. */
export interface AnswerHead extends HttpHead {
  status: number;
}

const FINE: AnswerHead = { status: 200 };

/** What was understood as GraphQL, even if the document or its variables are wrong. */
const UNDERSTOOD = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_TOO_COMPLEX',
  'OPERATION_NOT_TRUSTED',
]);

/**
 * GraphQL over HTTP: a request that was understood, and not executed, is a 400 to those who read the status and a 200 to
 * those who do not; what could not be done now is a 503, what went wrong here a 500. An error that says otherwise wins.
 */
export function statusOf(errors: readonly GraphQLError[], hasData: boolean, accept: string | undefined): AnswerHead {
  if (errors.length === 0) return FINE;
  const said = errors.flatMap((error) => headOf(error) ?? []);
  const headers = Object.assign({}, ...said.map((head) => head.headers));
  const status = said.findLast((head) => head.status !== undefined)?.status;
  if (status !== undefined) return { status, headers };
  if (hasData) return FINE;
  const codes = errors.map(({ extensions }) => String(extensions.code));
  if (codes.some((code) => UNDERSTOOD.has(code))) return { status: readsStatus(accept) ? 400 : 200, headers };
  return { status: codes.includes('SERVICE_UNAVAILABLE') ? 503 : 500, headers };
}
