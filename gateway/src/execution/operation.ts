import { type DocumentNode, GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../request-context.ts';

/** An operation that is valid for the schema it will be run on. */
export interface Operation {
  document: DocumentNode;
  /** The one of the document that is to be run. */
  operation: OperationDefinitionNode;
  operationName: string | undefined;
  /** The document's; equal texts share what is known of them. */
  text: string;
  /** As the client sent them. */
  variables: Record<string, unknown>;
  /** As the client sent them. */
  extensions?: Record<string, unknown> | undefined;
  context: RequestContext;
}

/** For a document of several operations without the name of one, and for a name it does not hold. */
export function noSuchOperation(): GraphQLError {
  return new GraphQLError('The document does not hold the operation that is to be run, or holds several.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}
