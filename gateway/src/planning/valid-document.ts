import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';

/** Throws a GraphQLError, or an AggregateError of several, for what is not a valid document of the schema. */
export function validDocument(schema: GraphQLSchema, text: string): DocumentNode {
  const document = parsed(text);
  const errors = problemsOf(schema, document);
  if (errors.length > 0) throw new AggregateError(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
  return document;
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
