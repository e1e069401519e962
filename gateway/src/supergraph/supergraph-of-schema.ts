import type { GraphQLSchema } from 'graphql';
import type { LiveSupergraph } from './live-supergraph.ts';
import type { Supergraph } from './supergraph.ts';

/** Finds the supergraph of an API schema that was handed out, also when another has taken over in between. */
export function supergraphsBySchema(live: LiveSupergraph): (schema: GraphQLSchema) => Supergraph {
  const bySchema = new WeakMap<GraphQLSchema, Supergraph>();
  const remember = (supergraph: Supergraph) => void bySchema.set(supergraph.apiSchema, supergraph);
  remember(live.current());
  live.onChange(remember);
  return (schema) => bySchema.get(schema) ?? live.current();
}
