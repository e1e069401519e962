import type { GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { RequestContext } from '../../request-context.ts';

/** One request of a plan to a subgraph. */
export interface SubgraphRequest {
  subgraph: string;
  kind: OperationTypeNode;
  query: string;
  operationName: string | undefined;
  /** The client's, those that the query uses; without the representations of entities. */
  variables: Record<string, unknown>;
  /** The request as it goes over the wire: the JSON text with the query and all its variables. */
  body: string;
}

export interface SubgraphAnswer {
  data?: Record<string, unknown> | null | undefined;
  /** An error's path is the subgraph's own; one without a path is about all that was asked. */
  errors?: readonly GraphQLFormattedError[] | undefined;
}

/**
 * Sends a request and never rejects: what went wrong is in the answer. It is of no use any more at `endsAt`, by
 * `performance.now()`.
 */
export type CallSubgraph = (
  request: SubgraphRequest,
  context: RequestContext,
  endsAt?: number,
) => Promise<SubgraphAnswer>;
