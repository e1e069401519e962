import type { Logger } from '@shop/service-kit';
import type { ExecutionResult, FormattedExecutionResult, GraphQLError, OperationDefinitionNode } from 'graphql';
import { toClientError } from '../errors/client-error.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { reportErrors } from './report-errors.ts';

/** Makes a result fit for a client: its errors are told to the log and the metrics, and then masked. */
export type FinishAnswer = (
  result: ExecutionResult,
  operation: OperationDefinitionNode | undefined,
) => FormattedExecutionResult;

export function createFinishAnswer(log: Logger, metrics: GatewayMetrics): FinishAnswer {
  return ({ data, errors, extensions }, operation) => {
    const answer = { ...(data !== undefined && { data }), ...(extensions && { extensions }) };
    if (!errors?.length) return answer;
    reportErrors({ log, metrics }, errors, operation);
    return {
      ...answer,
      errors: errors.map((error: GraphQLError) => toClientError(error.toJSON(), error)),
    };
  };
}
