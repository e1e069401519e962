import {
  Supergraph as ComposedSupergraph,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
} from '@apollo/federation-internals';
import { type GraphQLSchema, parse } from 'graphql';
import type { AccessRules } from '../guards/access-rules.ts';
import type { CostRules } from '../guards/cost-rules.ts';
import type { SupergraphFacts } from '../planning/supergraph-facts.ts';
import { type EventStream, readEventStreams } from '../subscriptions/event-stream.ts';
import { buildSchema } from './build-schema.ts';
import type { EntityKeys } from './entity-keys.ts';
import { atOnce } from './in-steps.ts';
import { describeSupergraph, type SupergraphDescription } from './supergraph-description.ts';

/** All that follows from one supergraph file; nothing of it changes once it is read. */
export interface Supergraph {
  id: string;
  sdl: string;
  /** With the join directives: what plans and entity keys are read from. */
  fullSchema: GraphQLSchema;
  /** What clients see, for graphql-js and for Apollo's own classes. */
  apiSchema: GraphQLSchema;
  /** For Apollo's executor; made when it is first asked for, which takes as long as reading the supergraph. */
  readonly plannerApiSchema: Schema;
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
  return atOnce(supergraphOf(describeSupergraph(sdl)));
}

/** Builds, in short steps, what threads cannot hand to each other. */
export function* supergraphOf(description: SupergraphDescription): Generator<void, Supergraph> {
  const { apiDefinitions, fullDefinitions, eventDefinitions, ...rest } = description;
  const apiSchema = yield* buildSchema(apiDefinitions);
  yield;
  const fullSchema = yield* buildSchema(fullDefinitions);
  yield;
  const eventStreams = readEventStreams(parse(eventDefinitions, { noLocation: true }), apiSchema);
  let plannerApiSchema: Schema | undefined;
  return {
    ...rest,
    apiSchema,
    fullSchema,
    eventStreams,
    get plannerApiSchema() {
      plannerApiSchema ??= ComposedSupergraph.build(rest.sdl, {
        supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
      }).apiSchema();
      return plannerApiSchema;
    },
  };
}
