import {
  type GraphQLFormattedError,
  Kind,
  OperationTypeNode,
  parse,
  type SelectionNode,
  type SourceLocation,
} from 'graphql';
import { variableIn } from '../errors/bad-variables.ts';
import { keptExtensions, SUBGRAPH_CODES } from '../errors/client-error.ts';
import { valuePathIn } from '../errors/value-path.ts';

/** What was sent to a subgraph. */
export interface SubgraphRequest {
  query: string;
  variables: Record<string, unknown>;
}

/**
 * A subgraph's error as it may go on: with an allowed code, or as one the gateway masks. Subgraphs judge the values of
 * their own scalars when they validate, and what they call a validation error there is the client's bad input.
 */
export function fromSubgraph(error: GraphQLFormattedError, request: SubgraphRequest): GraphQLFormattedError {
  const path = error.path ?? pathsOf(request)[0];
  const code = String(error.extensions?.code);
  if (code === 'GRAPHQL_VALIDATION_FAILED' && error.locations?.length === 1) {
    const refused = valuePathIn(request.query, error.locations[0] as SourceLocation);
    if (refused) {
      const extensions = { code: 'BAD_USER_INPUT', field: refused };
      return { message: `${refused}: ${error.message}`, path, extensions };
    }
  }
  if (!SUBGRAPH_CODES.has(code)) {
    return { message: error.message ?? 'no message', path, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  }
  const field = code === 'BAD_USER_INPUT' ? variableIn(error.message) : null;
  return {
    message: error.message,
    path,
    extensions: { code, ...(field && { field }), ...keptExtensions(error.extensions) },
  };
}

/** One error per field that a subgraph owed and did not bring, each at its own path. */
export function atEveryField(request: SubgraphRequest, message: string, code: string): GraphQLFormattedError[] {
  return pathsOf(request).map((path) => ({ message, path, extensions: { code } }));
}

/** The paths, in the subgraph's own answer, of what was asked: root fields, or the fields of each entity. */
function pathsOf({ query, variables }: SubgraphRequest): (string | number)[][] {
  const document = parse(query);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const roots = operation?.selectionSet.selections ?? [];
  return roots.flatMap((root): (string | number)[][] => {
    const name = responseNames([root])[0] ?? '';
    const isEntities = root.kind === Kind.FIELD && root.name.value === '_entities';
    if (!isEntities || operation?.operation !== OperationTypeNode.QUERY) return [[name]];
    const fields = [...new Set(responseNames(root.selectionSet?.selections ?? []))];
    const entities = Array.isArray(variables.representations) ? variables.representations : [];
    return entities.flatMap((_, index) => fields.map((field) => [name, index, field]));
  });
}

function responseNames(selections: readonly SelectionNode[]): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return responseNames(selection.selectionSet.selections);
    if (selection.kind !== Kind.FIELD || selection.name.value === '__typename') return [];
    return [selection.alias?.value ?? selection.name.value];
  });
}
