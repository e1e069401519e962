import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import type { GatewayExecutionResult, GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { GraphQLError } from 'graphql';
import { asGraphQLError } from '../errors/client-error.ts';
import { withClientNames } from '../planning/client-names.ts';
import type { PlannedOperation } from '../planning/planned-operation.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { Operation } from './operation.ts';

/** What Apollo's executor runs. */
export interface ApolloPlan {
  planned: PlannedOperation;
  plan: QueryPlan;
}

export interface Execution extends ApolloPlan {
  supergraph: Supergraph;
  /** Where each subgraph's fetches go, by its name. */
  sources: ServiceMap;
}

/** Runs a plan with Apollo's reference executor; the gateway's own engine takes this function's place. */
export async function execute(
  { supergraph, planned, plan, sources }: Execution,
  { variables, context }: Operation,
): Promise<GatewayExecutionResult> {
  const { document, clientNames } = planned;
  const operation = buildOperationContext({ schema: supergraph.apiSchema, operationDocument: document });
  // The executor reads no more than these of the request context that Apollo Server would give it.
  const request = { request: { variables }, document, context, metrics: {} };
  const result = await executeQueryPlan(
    plan,
    sources,
    request as unknown as GatewayGraphQLRequestContext,
    operation,
    supergraph.fullSchema,
    supergraph.plannerApiSchema,
  );
  const extensions = context.isReplay && { extensions: { idempotentReplay: true } };
  return { ...withClientNames(withCompletionErrors(result), clientNames), ...extensions };
}

/**
 * Where a subgraph's data does not fit the schema, Apollo's executor nulls it and tells so in `extensions`, in words
 * from inside. By the specification a null that a client was promised not to get comes with an error.
 */
function withCompletionErrors({ data, errors, extensions }: GatewayExecutionResult): GatewayExecutionResult {
  const completion: unknown = extensions?.valueCompletion;
  const completionErrors = Array.isArray(completion)
    ? completion.map(
        ({ message, path }) => new GraphQLError(message, { path, extensions: { code: 'INTERNAL_SERVER_ERROR' } }),
      )
    : [];
  const all = [...(errors ?? []).map(asGraphQLError), ...completionErrors];
  return { ...(data !== undefined && { data }), ...(all.length > 0 && { errors: all }) };
}
