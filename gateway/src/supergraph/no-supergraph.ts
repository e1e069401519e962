import { buildSchema, Kind } from 'graphql';
import { readAccessRules } from '../guards/access-rules.ts';
import { readCostRules } from '../guards/cost-rules.ts';
import { readSupergraphFacts } from '../planning/supergraph-facts.ts';
import type { Supergraph } from './supergraph.ts';

/** What is there before the first supergraph: nothing is asked of it, since requests are refused until then. */
export function noSupergraph(): Supergraph {
  const schema = buildSchema('type Query { nothing: Boolean }');
  const document = { kind: Kind.DOCUMENT, definitions: [] } as const;
  return {
    id: 'none',
    sdl: '',
    fullSchema: schema,
    apiSchema: schema,
    get plannerApiSchema(): never {
      throw new Error('There is no supergraph.');
    },
    facts: readSupergraphFacts(document),
    entityKeys: new Map(),
    subgraphs: [],
    eventStreams: new Map(),
    costRules: readCostRules(document),
    accessRules: readAccessRules(document),
  };
}
