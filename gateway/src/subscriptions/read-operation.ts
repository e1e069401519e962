import { getOperationAST, parse } from 'graphql';
import { noSuchOperation, type Operation } from '../execution/operation.ts';
import type { RequestContext } from '../request-context.ts';

export interface OperationRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: Record<string, unknown> | null;
}

/** Reads an operation that is known to be valid. */
export function readOperation(request: OperationRequest, context: RequestContext): Operation {
  const document = parse(request.query);
  const operation = getOperationAST(document, request.operationName);
  if (!operation) throw noSuchOperation();
  return {
    document,
    operation,
    operationName: request.operationName ?? undefined,
    variables: request.variables ?? {},
    extensions: request.extensions ?? undefined,
    text: request.query,
    context,
  };
}
