import type { ApolloServer } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import type { RequestContext } from '../request-context.ts';
import type { SupergraphFile } from '../supergraph/supergraph-file.ts';
import type { SocketServerOptions } from './socket-server.ts';
import type { Subscriptions } from './subscriptions.ts';
import { validOperation } from './valid-operation.ts';

export interface OperationStarterOptions {
  supergraph: SupergraphFile;
  subscriptions: Subscriptions;
  server: ApolloServer<RequestContext>;
}

/** Begins what comes in over a socket: subscriptions here, queries and mutations where they go over HTTP too. */
export function operationStarter({
  supergraph,
  subscriptions,
  server,
}: OperationStarterOptions): SocketServerOptions['start'] {
  return async (payload, context) => {
    const current = supergraph.current();
    const operation = validOperation(current.apiSchema, payload, context);
    const args = { schema: current.apiSchema, document: operation.document, operationName: payload.operationName };
    if (operation.operation.operation === OperationTypeNode.SUBSCRIPTION) {
      return { args, result: await subscriptions.open(current, operation) };
    }
    const { query, operationName, variables } = payload;
    const { body } = await server.executeOperation(
      { query, operationName: operationName ?? undefined, variables: variables ?? {} },
      { contextValue: context },
    );
    if (body.kind !== 'single') throw new Error('The executor gave an answer in parts.');
    return { args, result: body.singleResult };
  };
}
