import { composeServices } from '@apollo/composition';
import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, Source } from 'graphql';
import { CannotRun } from '../command.ts';
import type { SourceFile, Subgraph } from '../repository.ts';

/** The subgraphs do not fit together; the message lists every reason. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError';
}

export interface Composition {
  supergraphSdl: string;
  /** What a client sees. */
  apiSchema: GraphQLSchema;
  /** Composed, but probably not meant so. */
  hints: string[];
}

/** Composes the supergraph (Apollo Federation 2). Throws CompositionError, and CannotRun for SDL that cannot be read. */
export function compose(subgraphs: readonly Subgraph[]): Composition {
  const result = composeServices(
    subgraphs.map(({ name, url, sdl, file }) => ({ name, url, typeDefs: parseGraphql({ file, text: sdl }) })),
  );
  if (result.errors) {
    const reasons = result.errors.map(({ message, extensions }) => `  ${String(extensions.code)}: ${message}`);
    throw new CompositionError(`The subgraphs do not compose:\n${reasons.join('\n')}`);
  }
  return {
    supergraphSdl: `${result.supergraphSdl.trim()}\n`,
    apiSchema: result.schema.toAPISchema().toGraphQLJSSchema(),
    hints: result.hints.map((hint) => hint.toString()),
  };
}

/** Parses SDL or operations of a file. Throws CannotRun that says where it is broken. */
export function parseGraphql({ file, text }: SourceFile): DocumentNode {
  try {
    return parse(new Source(text, file));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [at] = error.locations ?? [];
    throw new CannotRun(`${file}:${at?.line}:${at?.column}: ${error.message}`);
  }
}
