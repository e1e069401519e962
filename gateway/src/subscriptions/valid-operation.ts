import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { noSuchOperation, type Operation } from '../execution/operation.ts';
import type { RequestContext } from '../request-context.ts';

export interface OperationRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** Throws a GraphQLError, or an AggregateError of several, for what is not a valid operation of the schema. */
export function validOperation(schema: GraphQLSchema, request: OperationRequest, context: RequestContext): Operation {
  const document = parsed(request.query);
  const errors = problemsOf(schema, document);
  if (errors.length > 0) throw new AggregateError(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
  const operation = getOperationAST(document, request.operationName);
  if (!operation) throw noSuchOperation();
  return {
    document,
    operation,
    operationName: request.operationName ?? undefined,
    variables: request.variables ?? {},
    queryHash: createHash('sha256').update(request.query).digest('hex'),
    context,
  };
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
}

function problemsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document);
  } catch (error) {
    // graphql-js collects a subscription's fields to count them, and throws for `@skip(if: $variable)` on one.
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { code } });
}
