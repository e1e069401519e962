import type { GraphQLSchema } from 'graphql';
import type { Supergraph } from './supergraph.ts';
import type { SupergraphFile } from './supergraph-file.ts';

/** Finds the supergraph of an API schema that was handed out, also when another has taken over in between. */
export function supergraphsBySchema(file: SupergraphFile): (schema: GraphQLSchema) => Supergraph {
  const bySchema = new WeakMap<GraphQLSchema, Supergraph>();
  const remember = (supergraph: Supergraph) => void bySchema.set(supergraph.apiSchema, supergraph);
  remember(file.current());
  file.onChange(remember);
  return (schema) => bySchema.get(schema) ?? file.current();
}
