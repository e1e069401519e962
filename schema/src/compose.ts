import { composeServices } from '@apollo/composition';
import { type GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import type { Artifacts } from './artifacts.ts';
import type { SubgraphSdl } from './subgraphs.ts';

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

/** Composes the supergraph (Apollo Federation 2). Throws CompositionError. */
export function compose(subgraphs: readonly SubgraphSdl[]): Composition {
  const result = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
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

/** Everything `schema/` keeps in git that is made from code. */
export function artifactsOf(subgraphs: readonly SubgraphSdl[], { supergraphSdl, apiSchema }: Composition): Artifacts {
  return new Map([
    ...subgraphs.map(({ name, sdl }) => [`schema/subgraphs/${name}.graphql`, sdl] as const),
    ['schema/supergraph.graphql', supergraphSdl],
    ['schema/api.graphql', `${printSchema(lexicographicSortSchema(apiSchema)).trim()}\n`],
  ]);
}
