import type { Logger } from '@shop/service-kit';
import type { GraphQLError, OperationDefinitionNode } from 'graphql';
import { isMasked, toClientError } from '../errors/client-error.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

const LOGGED_ERRORS = 5;

/** One line per failed operation, with what the client is not told; a single one may fail at a thousand fields. */
export function reportErrors(
  { log, metrics }: { log: Logger; metrics: GatewayMetrics },
  errors: readonly GraphQLError[],
  operation: OperationDefinitionNode | undefined,
): void {
  for (const error of errors) {
    metrics.errors.inc({ code: String(toClientError(error.toJSON(), error).extensions?.code) });
  }
  const masked = errors.some((error) => isMasked(error.toJSON()));
  log[masked ? 'error' : 'info'](
    {
      operation: operation?.name?.value,
      kind: operation?.operation,
      errors: errors.slice(0, LOGGED_ERRORS).map((error) => ({
        message: error.message,
        code: error.extensions.code,
        path: error.path?.join('.'),
        subgraph: error.extensions.serviceName,
        ...(isMasked(error.toJSON()) && error.originalError && { cause: error.originalError.stack }),
      })),
      count: errors.length,
      success: false,
    },
    'An operation failed.',
  );
}
