import { composeServices } from '@apollo/composition';
import { type GraphQLError, type GraphQLSchema, getLocation } from 'graphql';
import { parseGraphql } from '../parse-graphql.ts';
import type { Place } from '../report/report.ts';
import type { Subgraph } from '../repository.ts';

export interface Problem {
  /** Of https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/errors, e.g. INVALID_FIELD_SHARING. */
  code: string;
  message: string;
  /** Where in the subgraphs. */
  places: Place[];
}

/** The subgraphs do not fit together; the message lists every reason. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`The subgraphs do not compose:\n${problems.map(({ code, message }) => `  ${code}: ${message}`).join('\n')}`);
    this.problems = problems;
  }
}

export interface Hint {
  code: string;
  message: string;
}

export interface Composition {
  supergraphSdl: string;
  /** What a client sees. */
  apiSchema: GraphQLSchema;
  /** Composed, but probably not meant so. */
  hints: Hint[];
}

// Most changes leave the schema alone, and then the base has the same subgraphs.
let latest: { of: string; composition: Composition } | null = null;

/**
 * Composes the supergraph (Apollo Federation 2), once for subgraphs that are alike to the letter. Throws CompositionError,
 * and CannotRun for SDL that cannot be read.
 */
export function compose(subgraphs: readonly Subgraph[]): Composition {
  const of = JSON.stringify(subgraphs.map(({ name, url, sdl, file }) => [name, url, sdl, file]));
  if (latest?.of !== of) latest = { of, composition: composed(subgraphs) };
  return latest.composition;
}

function composed(subgraphs: readonly Subgraph[]): Composition {
  const result = composeServices(
    subgraphs.map(({ name, url, sdl, file }) => ({ name, url, typeDefs: parseGraphql({ file, text: sdl }) })),
  );
  if (result.errors) throw new CompositionError(result.errors.map(problemOf));
  return {
    supergraphSdl: `${result.supergraphSdl.trim()}\n`,
    apiSchema: result.schema.toAPISchema().toGraphQLJSSchema(),
    hints: result.hints.map(({ definition, message }) => ({ code: definition.code, message })),
  };
}

function problemOf({ message, extensions, nodes = [] }: GraphQLError): Problem {
  const places = nodes.flatMap(({ loc }): Place[] => {
    if (!loc) return [];
    const { line, column } = getLocation(loc.source, loc.start);
    return [{ file: loc.source.name, line, column }];
  });
  return { code: String(extensions.code), message, places };
}
