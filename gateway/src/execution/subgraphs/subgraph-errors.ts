import type { GraphQLFormattedError, SourceLocation } from 'graphql';
import { nullArgumentIn, variableIn } from '../../errors/bad-variables.ts';
import { keptExtensions, SUBGRAPH_CODES } from '../../errors/client-error.ts';
import { valuePathIn } from '../../errors/value-path.ts';

/**
 * A subgraph's error as it may go on: with an allowed code, or as one the gateway masks. Subgraphs judge the values of
 * their own scalars when they validate, and what they call a validation error there is the client's bad input.
 */
export function fromSubgraph(error: GraphQLFormattedError, query: string): GraphQLFormattedError {
  const { path } = error;
  const code = String(error.extensions?.code);
  if (code === 'GRAPHQL_VALIDATION_FAILED' && error.locations?.length === 1) {
    const refused = valuePathIn(query, error.locations[0] as SourceLocation);
    if (refused) {
      const extensions = { code: 'BAD_USER_INPUT', field: refused };
      return { message: `${refused}: ${error.message}`, path, extensions };
    }
  }
  if (!SUBGRAPH_CODES.has(code)) {
    const argument = nullArgumentIn(error.message ?? '');
    if (argument) return { message: error.message, path, extensions: { code: 'BAD_USER_INPUT', field: argument } };
    return { message: error.message ?? 'no message', path, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  }
  const field = code === 'BAD_USER_INPUT' ? (variableIn(error.message) ?? nullArgumentIn(error.message)) : null;
  return {
    message: error.message,
    path,
    extensions: { code, ...(field && { field }), ...keptExtensions(error.extensions) },
  };
}
