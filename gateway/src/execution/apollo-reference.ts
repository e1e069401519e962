import { buildOperationContext, executeQueryPlan, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import type { GatewayExecutionResult, GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { GraphQLError, type GraphQLFormattedError, Kind, OperationTypeNode, parse, type SelectionNode } from 'graphql';
import { asGraphQLError } from '../errors/client-error.ts';
import { withClientNames } from '../planning/client-names.ts';
import { operationOf } from '../planning/operation-document.ts';
import type { PlannedOperation } from '../planning/planned-operation.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { type CompiledOperation, nodeOf } from './compile.ts';
import type { CallSubgraph, SubgraphAnswer } from './subgraphs/subgraph-call.ts';

/** Conditions on the types along a path, which Apollo's executor does not know. */
const TYPE_CONDITION = /\|\[[\w,]*\]$/;

/** Runs plans with the executor of `@apollo/gateway`, which the gateway's own engine is compared with. */
export function compileForApollo(planned: PlannedOperation, supergraph: Supergraph): CompiledOperation {
  const { document, clientNames } = planned;
  const plan = withoutTypeConditions(planned);
  const operation = buildOperationContext({ schema: supergraph.apiSchema, operationDocument: document });

  return async ({ variables, context, call, endsAt }) => {
    // The executor reads no more than these of the request context that Apollo Server would give it.
    const request = { request: { variables }, document, context, metrics: {} };
    const result = await executeQueryPlan(
      plan,
      sourcesIn(plan, (request, context) => call(request, context, endsAt)),
      request as unknown as GatewayGraphQLRequestContext,
      operation,
      supergraph.fullSchema,
      supergraph.plannerApiSchema,
    );
    const { data = null, errors = [] } = withClientNames(withCompletionErrors(result), clientNames);
    return { data: JSON.stringify(data), errors };
  };
}

/** Without them the executor also meets objects of other types, but those make no representations. */
function withoutTypeConditions({ plan }: PlannedOperation): QueryPlan {
  const withoutCondition = (step: unknown) => (typeof step === 'string' ? step.replace(TYPE_CONDITION, '') : step);
  return JSON.parse(JSON.stringify({ ...plan, node: nodeOf(plan) }), (key, value) =>
    key === 'path' && Array.isArray(value) ? value.map(withoutCondition) : value,
  );
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

function sourcesIn(plan: QueryPlan, call: CallSubgraph): ServiceMap {
  const names = new Set<string>();
  JSON.stringify(plan, (key, value) => {
    if (key === 'serviceName') names.add(value);
    return value;
  });
  return Object.fromEntries([...names].map((name) => [name, sourceOf(name, call)]));
}

function sourceOf(subgraph: string, call: CallSubgraph): GraphQLDataSource {
  return {
    async process({ request, context }) {
      const { query = '', variables = {}, operationName } = request;
      const kind = operationOf(parse(query)).operation;
      const body = JSON.stringify({ query, operationName, variables });
      const answer = await call(
        { subgraph, kind, query, operationName, variables, body },
        context as unknown as RequestContext,
      );
      return { data: answer.data ?? undefined, errors: errorsOf(answer, query, variables) };
    },
  };
}

/** The executor finds no place for an error without a path. */
function errorsOf(
  { data, errors }: SubgraphAnswer,
  query: string,
  variables: Record<string, unknown>,
): GraphQLFormattedError[] | undefined {
  return errors?.flatMap((error) => {
    if (error.path) return [error];
    const paths = pathsOf(query, variables);
    return (data ? paths.slice(0, 1) : paths).map((path) => ({ ...error, path }));
  });
}

/** The paths, in the subgraph's own answer, of what was asked: root fields, or the fields of each entity. */
function pathsOf(query: string, variables: Record<string, unknown>): (string | number)[][] {
  const { operation, selectionSet } = operationOf(parse(query));
  return selectionSet.selections.flatMap((root): (string | number)[][] => {
    const name = responseNames([root])[0] ?? '';
    const isEntities = root.kind === Kind.FIELD && root.name.value === '_entities';
    if (!isEntities || operation !== OperationTypeNode.QUERY) return [[name]];
    const fields = [...new Set(responseNames(root.selectionSet?.selections ?? []))];
    const entities = Array.isArray(variables.representations) ? variables.representations : [];
    return entities.flatMap((_, index) => fields.map((field) => [name, index, field]));
  });
}

function responseNames(selections: readonly SelectionNode[]): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return responseNames(selection.selectionSet.selections);
    if (selection.kind !== Kind.FIELD || selection.name.value === '__typename') return [];
    return [selection.alias?.value ?? selection.name.value];
  });
}
