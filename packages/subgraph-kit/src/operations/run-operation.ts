import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  OperationTypeNode,
} from 'graphql';
import type { OperationRequested } from './asked-operation.ts';
import type { KnowDocument } from './known-documents.ts';
import { badRequestError } from './request-refused.ts';

/** What became of an operation. */
export interface Outcome {
  status: number;
  /** Undefined where nothing was run. */
  data?: unknown;
  errors?: readonly GraphQLError[] | undefined;
  /** The methods that would be allowed, where this one is not. */
  allow?: string;
}

/** What operations are run with. */
export interface RunOptions<Context> {
  schema: GraphQLSchema;
  know: KnowDocument;
  /** Told of every mutation, before it is run and after. */
  changing(context: Context): Promise<void> | undefined;
}

/** Runs an operation, if there is one to run. Whatever goes wrong in it is among its errors. */
export async function runOperation<Context>(
  { text, operationName, variables, mayChange }: OperationRequested,
  context: Context,
  { schema, know, changing }: RunOptions<Context>,
): Promise<Outcome> {
  if (text === null) return refuse(badRequestError(NO_TEXT));
  const document = know(text);
  if (!isDocument(document)) return { status: 400, errors: document };
  const operation = getOperationAST(document, operationName);
  if (!operation) return refuse(noSuchOperation(operationName));
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  if (!mayChange && operation.operation !== OperationTypeNode.QUERY) {
    const only = `GET requests only support query operations, not ${operation.operation} operations`;
    return { status: 405, errors: [badRequestError(only)], allow: 'POST' };
  }

  // Before the effect too: for what this request reads itself, and for whoever asks again after we died half-way.
  if (isMutation) void changing(context);
  const { data, errors } = await execute({
    ...{ schema, document, contextValue: context },
    ...{ variableValues: variables, operationName },
  });
  // Before the answer: what its reader asks next may be asked of another process.
  if (isMutation) await changing(context);
  // Nothing is run with variables that do not fit.
  if (data === undefined) return { status: 400, errors: errors?.map(asBadInput) };
  return { status: 200, data, errors };
}

const NO_TEXT = 'GraphQL operations must contain a non-empty `query`.';

function isDocument(known: DocumentNode | readonly GraphQLError[]): known is DocumentNode {
  return 'kind' in known && known.kind === Kind.DOCUMENT;
}

function refuse(error: GraphQLError): Outcome {
  return { status: 400, errors: [error] };
}

function noSuchOperation(operationName: string | undefined): GraphQLError {
  const message =
    operationName === undefined
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named "${operationName}".`;
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}

function asBadInput({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } });
}
