import { type GraphQLSchema, getOperationAST } from 'graphql';
import { noSuchOperation, type Operation } from '../execution/operation.ts';
import { validDocument } from '../planning/valid-document.ts';
import type { RequestContext } from '../request-context.ts';

export interface OperationRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** Throws a GraphQLError, or an AggregateError of several, for what is not a valid operation of the schema. */
export function validOperation(schema: GraphQLSchema, request: OperationRequest, context: RequestContext): Operation {
  const document = validDocument(schema, request.query);
  const operation = getOperationAST(document, request.operationName);
  if (!operation) throw noSuchOperation();
  return {
    document,
    operation,
    operationName: request.operationName ?? undefined,
    variables: request.variables ?? {},
    text: request.query,
    context,
  };
}
