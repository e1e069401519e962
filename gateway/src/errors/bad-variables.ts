import { GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql';

type Variables = Record<string, unknown>;

/** The variables with their defaults, or a BAD_USER_INPUT for each that does not fit its type. */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Variables | undefined | null,
): { values: Variables } | { errors: GraphQLError[] } {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given ?? {});
  return coerced ? { values: coerced } : { errors: (errors ?? []).map(asBadInput) };
}

function asBadInput(error: GraphQLError): GraphQLError {
  const field = variableIn(error.message);
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    extensions: { code: 'BAD_USER_INPUT', ...(field && { field }) },
  });
}

/** graphql-js names the place in its message only: `Variable "$input" got invalid value 0 at "input.lines[0].quantity"; …`. */
export function variableIn(message: string): string | null {
  const [, variable, place] = /^Variable "\$(\w+)"(?:.*? at "([^"]+)")?/s.exec(message) ?? [];
  return place ?? variable ?? null;
}

/** What graphql-js says when a variable is null whose default would have fitted: the value comes from the client. */
const NULL_ARGUMENT = /^Argument "(\w+)" of non-null type "[\w![\]]+" must not be null\.$/;

/** Names the argument that was given null, for an error that says so. */
export function nullArgumentIn(message: string): string | null {
  return NULL_ARGUMENT.exec(message)?.[1] ?? null;
}
