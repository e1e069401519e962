import { DomainError } from '@shop/kernel';
import { currentTraceId, MalformedRequest } from '@shop/service-kit';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { nullArgumentIn } from './bad-variables.ts';
import { badRequest } from './http-head.ts';
import { isAboutAValue, valuePathIn } from './value-path.ts';

/** What a subgraph may say to a client. */
export const SUBGRAPH_CODES: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'RATE_LIMITED',
  'CONFLICT',
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_IN_PROGRESS',
  'SERVICE_UNAVAILABLE',
  'TIMEOUT',
]);

/** A subscription is not what it was: its client begins it again. */
export const SUBSCRIPTION_SCHEMA_RELOAD = 'SUBSCRIPTION_SCHEMA_RELOAD';

const GATEWAY_CODES: ReadonlySet<string> = new Set([
  ...SUBGRAPH_CODES,
  'OPERATION_TOO_COMPLEX',
  'OPERATION_NOT_TRUSTED',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'CURSOR_EXPIRED',
  SUBSCRIPTION_SCHEMA_RELOAD,
]);

const INTERNAL = 'INTERNAL_SERVER_ERROR';
const INTERNAL_MESSAGE = 'Something went wrong on our side.';

/** Makes an error fit for a client. */
export type FormatError = (formatted: GraphQLFormattedError, original?: unknown) => GraphQLFormattedError;

/** The last gate: whatever comes here, only allowed codes leave with their message, and nothing but known extensions. */
export function toClientError(formatted: GraphQLFormattedError, original?: unknown): GraphQLFormattedError {
  const error = original instanceof GraphQLError && isAboutAValue(original) ? badValue(original) : formatted;
  const code = String(error.extensions?.code ?? INTERNAL);
  const where = { ...(error.locations && { locations: error.locations }), ...(error.path && { path: error.path }) };
  if (!GATEWAY_CODES.has(code)) {
    return { message: INTERNAL_MESSAGE, ...where, extensions: { code: INTERNAL, traceId: currentTraceId() } };
  }
  return { message: error.message, ...where, extensions: { code, ...keptExtensions(error.extensions) } };
}

/** Whether `toClientError` would hide what happened, so that it has to be found in the log. */
export function isMasked(error: GraphQLFormattedError): boolean {
  return toClientError(error).extensions?.code === INTERNAL;
}

/** A GraphQL error with the code and extensions of a domain error, or the status of a bad request; anything else stays what it is. */
export function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return withCode(error);
  if (error instanceof MalformedRequest) return badRequest(error.message);
  if (error instanceof DomainError) {
    const extensions = { code: error.code, ...error.extensions() };
    return new GraphQLError(error.message, { originalError: error, extensions });
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(cause.message, { originalError: cause, extensions: { code: INTERNAL } });
}

/** One refusal may have several reasons, which come in an AggregateError. */
export function asGraphQLErrors(error: unknown): GraphQLError[] {
  return error instanceof AggregateError ? error.errors.map(asGraphQLError) : [asGraphQLError(error)];
}

/** graphql-js finds out while it runs an operation that null stands where none may, and says so without a code. */
function withCode(error: GraphQLError): GraphQLError {
  const field = error.extensions.code === undefined ? nullArgumentIn(error.message) : null;
  if (field === null) return error;
  const { message, nodes, path } = error;
  return new GraphQLError(message, { nodes, path, extensions: { code: 'BAD_USER_INPUT', field } });
}

/** `field` says which input is wrong, `retryAfterMs` when to come back, `cursor` from where on. */
export function keptExtensions(extensions: Record<string, unknown> | undefined): Record<string, unknown> {
  const { code, field, retryAfterMs, cursor } = extensions ?? {};
  return {
    ...(typeof field === 'string' && { field }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    ...(code === SUBSCRIPTION_SCHEMA_RELOAD && typeof cursor === 'string' && { cursor }),
  };
}

/**
 * A literal that does not fit its type: bad input, the same as when it comes in a variable, since a client cannot know
 * which scalars the gateway can judge and which only a subgraph.
 */
function badValue(error: GraphQLError): GraphQLFormattedError {
  const field = error.source && error.locations?.[0] && valuePathIn(error.source.body, error.locations[0]);
  const message = field ? `${field}: ${error.message}` : error.message;
  return { ...error.toJSON(), message, extensions: { code: 'BAD_USER_INPUT', ...(field && { field }) } };
}
