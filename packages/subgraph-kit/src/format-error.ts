import { DomainError } from '@shop/kernel';
import { currentTraceId, type Logger } from '@shop/service-kit';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { fromDriver } from './driver-errors.ts';

// Codes of requests that are refused as they are: about the request, never about our insides.
const REQUEST_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'UNAUTHENTICATED',
  'SERVICE_UNAVAILABLE',
]);

/** What graphql-js says, without a code, of a variable that is null where only its default would have fitted. */
const NULL_ARGUMENT = /^Argument "\w+" of non-null type "[\w![\]]+" must not be null\.$/;

/**
 * Makes the one rule of errors: a DomainError goes out with its message and code, a driver that cannot reach its
 * server becomes SERVICE_UNAVAILABLE, and everything else is logged and masked with the trace id to find it by.
 */
export function createFormatError(log: Logger): (thrown: GraphQLError) => GraphQLFormattedError {
  return (thrown) => {
    const { message, locations, path } = thrown;
    const place = { ...(locations && { locations }), ...(path && { path }) };
    const original = thrown.originalError ?? thrown;
    const error = fromDriver(original);
    if (error instanceof DomainError) {
      if (error !== original) log.warn({ err: original, path }, 'A server this process depends on is away.');
      return { message: error.message, ...place, extensions: { code: error.code, ...error.extensions() } };
    }
    const { code } = thrown.extensions;
    if (typeof code === 'string' && REQUEST_CODES.has(code)) return { message, ...place, extensions: { code } };
    if (original instanceof GraphQLError && NULL_ARGUMENT.test(original.message)) {
      return { message, ...place, extensions: { code: 'BAD_USER_INPUT' } };
    }
    const traceId = currentTraceId();
    log.error({ err: error, path }, 'A request failed for a reason that is ours.');
    return { message: 'Something went wrong.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR', traceId } };
  };
}
