import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import { GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Planning } from '../planning/planning.ts';
import type { RequestContext } from '../request-context.ts';
import type { LiveSupergraph } from '../supergraph/live-supergraph.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { type ExecuteOperation, toExecutionResult } from './engine.ts';
import { noSuchOperation } from './operation.ts';
import type { SourcesOf } from './subgraph-sources.ts';

export interface FederatedGatewayOptions {
  supergraph: LiveSupergraph;
  sourcesOf: SourcesOf;
  planning: Planning<ExecuteOperation>;
}

/** What Apollo Server needs of a gateway: the schema as it changes, and an executor. */
export function createFederatedGateway({
  supergraph: live,
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
      announce(live.current());
      const stop = live.onChange(announce);
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
    const supergraph = bySchema.get(request.schema) ?? live.current();
    if (request.operation.operation === OperationTypeNode.SUBSCRIPTION) return { errors: [needsASocket()] };
    const { operationName, variables = {} } = request.request;
    // Apollo Server has validated it.
    const { compiled } = await planning.prepare(supergraph, { text: request.source, operationName, isValid: true });
    const context = request.context as RequestContext;
    return toExecutionResult(await compiled({ variables, context, call: sourcesOf(supergraph) }));
  }
}

function needsASocket(): GraphQLError {
  return new GraphQLError('Subscriptions are served over a WebSocket (graphql-transport-ws) at this address.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
