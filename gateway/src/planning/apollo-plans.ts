import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import type { ApolloRequest } from './apollo-planner.ts';
import { resolvableKeysFirst } from './apollo-supergraph.ts';

/** Reads a supergraph into Apollo's planner; what it returns makes the JSON of plans, and keeps the event loop for that long. */
export function createApolloPlans(sdl: string): (request: ApolloRequest) => string {
  const corrected = print(resolvableKeysFirst(parse(sdl, { noLocation: true })));
  const supergraph = Supergraph.build(corrected, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  const planner = new QueryPlanner(supergraph, { incrementalDelivery: { enableDefer: true } });
  const apiSchema = supergraph.apiSchema();
  return ({ text, overrides }) => {
    const operation = operationFromDocument(apiSchema, parse(text, { noLocation: true }));
    const plan = planner.buildQueryPlan(operation, { overrideConditions: new Map(Object.entries(overrides)) });
    return JSON.stringify(plan);
  };
}
