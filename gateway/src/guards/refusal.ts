import { readsStatus } from '@shop/service-kit';
import { GraphQLError } from 'graphql';
import { withHead } from '../errors/http-head.ts';

/** Who can say no; the label of `gateway_refused_total`. */
export type GuardName =
  | 'aliases'
  | 'body-size'
  | 'cost'
  | 'cost-budget'
  | 'csrf'
  | 'depth'
  | 'directives'
  | 'field-authorization'
  | 'fields'
  | 'introspection'
  | 'rate-limit'
  | 'root-fields'
  | 'tokens'
  | 'trusted-operations';

/** Why a guard lets a request no further, in words and codes a client may see. */
export interface Refusal {
  guard: GuardName;
  code:
    | 'BAD_USER_INPUT'
    | 'GRAPHQL_VALIDATION_FAILED'
    | 'OPERATION_NOT_TRUSTED'
    | 'OPERATION_TOO_COMPLEX'
    | 'RATE_LIMITED';
  message: string;
  /** The HTTP status for clients that read one; what refuses an operation is a 400. */
  status?: number;
  retryAfterMs?: number;
}

/** For what no client meets by accident: a document larger than any that is meant to be sent. */
export function tooComplex(guard: GuardName, message: string): Refusal {
  return { guard, code: 'OPERATION_TOO_COMPLEX', message };
}

/**
 * The refusal as it is thrown. Clients of plain `application/json` get it with a 200 when it is about an operation:
 * GraphQL over HTTP keeps other statuses for clients that accept `application/graphql-response+json`.
 */
export function refusalError(refusal: Refusal, accept?: string): GraphQLError {
  const { code, message, status = 400, retryAfterMs } = refusal;
  const error = new GraphQLError(message, {
    extensions: { code, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  });
  return withHead(error, {
    status: code === 'BAD_USER_INPUT' || readsStatus(accept) ? status : 200,
    ...(retryAfterMs !== undefined && { headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) } }),
  });
}
