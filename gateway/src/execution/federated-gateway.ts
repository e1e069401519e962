import type { ServiceMap } from '@apollo/gateway';
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import { GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { coerceVariables } from '../errors/bad-variables.ts';
import type { Planning } from '../planning/planning.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { SupergraphFile } from '../supergraph/supergraph-file.ts';
import { type ApolloPlan, execute } from './execute.ts';
import { noSuchOperation, type Operation } from './operation.ts';

/** Makes the data sources of a supergraph's subgraphs. */
export type SourcesOf = (supergraph: Supergraph) => ServiceMap;

export interface FederatedGatewayOptions {
  supergraph: SupergraphFile;
  sourcesOf: SourcesOf;
  planning: Planning<ApolloPlan>;
}

/** What Apollo Server needs of a gateway: the schema as it changes, and an executor. */
export function createFederatedGateway({
  supergraph: file,
  sourcesOf,
  planning,
}: FederatedGatewayOptions): GatewayInterface {
  // Apollo Server validates an operation against the schema of that moment; it is planned with the same supergraph,
  // even when another has taken over in between.
  const bySchema = new WeakMap<GraphQLSchema, Supergraph>();
  const stops: (() => void)[] = [];

  return {
    async load() {
      return { executor };
    },
    onSchemaLoadOrUpdate(callback) {
      const announce = (supergraph: Supergraph) => {
        bySchema.set(supergraph.apiSchema, supergraph);
        callback({ apiSchema: supergraph.apiSchema, coreSupergraphSdl: supergraph.sdl });
      };
      announce(file.current());
      const stop = file.onChange(announce);
      stops.push(stop);
      return stop;
    },
    async stop() {
      for (const stop of stops) stop();
    },
  };

  async function executor(request: GatewayGraphQLRequestContext): Promise<GatewayExecutionResult> {
    // Apollo Server leaves it to the executor to refuse what it could not find, whatever its types promise.
    if (!request.operation) return { errors: [noSuchOperation()] };
    const supergraph = bySchema.get(request.schema) ?? file.current();
    const operation = operationOf(request);
    if (operation.operation.operation === OperationTypeNode.SUBSCRIPTION) return { errors: [needsASocket()] };
    const variables = coerceVariables(supergraph.apiSchema, operation.operation, operation.variables);
    if ('errors' in variables) return variables;
    const { text, operationName } = operation;
    // Apollo Server has validated it.
    const { compiled } = await planning.prepare(supergraph, { text, operationName, isValid: true });
    return execute({ supergraph, ...compiled, sources: sourcesOf(supergraph) }, operation);
  }
}

function operationOf({ request, document, operation, source, context }: GatewayGraphQLRequestContext): Operation {
  return {
    document,
    operation,
    operationName: request.operationName,
    text: source,
    variables: request.variables ?? {},
    context: context as RequestContext,
  };
}

function needsASocket(): GraphQLError {
  return new GraphQLError('Subscriptions are served over a WebSocket (graphql-transport-ws) at this address.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
