import { createHash } from 'node:crypto';
import {
  Supergraph as ComposedSupergraph,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
} from '@apollo/federation-internals';
import { type GraphQLSchema, parse } from 'graphql';
import { type AccessRules, readAccessRules } from '../guards/access-rules.ts';
import { type CostRules, readCostRules } from '../guards/cost-rules.ts';
import { readSupergraphFacts, type SupergraphFacts } from '../planning/supergraph-facts.ts';
import { type EventStream, readEventStreams } from '../subscriptions/event-stream.ts';
import { type EntityKeys, readEntityKeys } from './entity-keys.ts';

/** All that follows from one supergraph file; nothing of it changes once it is read. */
export interface Supergraph {
  id: string;
  sdl: string;
  /** With the join directives: what plans and entity keys are read from. */
  fullSchema: GraphQLSchema;
  /** What clients see, for graphql-js and for Apollo's own classes. */
  apiSchema: GraphQLSchema;
  plannerApiSchema: Schema;
  /** What planners have to know of it beforehand. */
  facts: SupergraphFacts;
  entityKeys: EntityKeys;
  subgraphs: readonly { name: string; url: string }[];
  /** By the name of the subscription's field. */
  eventStreams: ReadonlyMap<string, EventStream>;
  /** What its parts cost, and what they demand of a viewer. */
  costRules: CostRules;
  accessRules: AccessRules;
}

/** Throws when the text is not a supergraph this gateway can serve. */
export function readSupergraph(sdl: string): Supergraph {
  const composed = ComposedSupergraph.build(sdl, {
    validateSupergraph: true,
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  });
  const plannerApiSchema = composed.apiSchema();
  const document = parse(sdl, { noLocation: true });
  // Whether a client gets deferred parts later or at once is a matter of how it takes its answer.
  const apiSchema = plannerApiSchema.toGraphQLJSSchema({ includeDefer: true });
  return {
    id: createHash('sha256').update(sdl).digest('hex').slice(0, 16),
    sdl,
    fullSchema: composed.schema.toGraphQLJSSchema(),
    apiSchema,
    plannerApiSchema,
    facts: readSupergraphFacts(document),
    entityKeys: readEntityKeys(document),
    subgraphs: composed.subgraphsMetadata(),
    eventStreams: readEventStreams(document, apiSchema),
    costRules: readCostRules(document),
    accessRules: readAccessRules(document),
  };
}
