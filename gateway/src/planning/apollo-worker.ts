import { parentPort } from 'node:worker_threads';
import {
  operationFromDocument,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import { resolvableKeysFirst } from './apollo-supergraph.ts';
import type { PlanningOrder, PlanningReport } from './apollo-thread.ts';

/** The thread in which Apollo's planner works: its planning takes tens of milliseconds, and cannot be interrupted. */

interface Loaded {
  planner: QueryPlanner;
  apiSchema: Schema;
}

const supergraphs = new Map<string, Loaded | { failure: string }>();

function load(sdl: string): Loaded {
  const corrected = print(resolvableKeysFirst(parse(sdl, { noLocation: true })));
  const supergraph = Supergraph.build(corrected, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  return {
    planner: new QueryPlanner(supergraph, { incrementalDelivery: { enableDefer: true } }),
    apiSchema: supergraph.apiSchema(),
  };
}

function attempt<T>(make: () => T): T | { failure: string } {
  try {
    return make();
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

function plan({ supergraphId, text, overrides }: Extract<PlanningOrder, { kind: 'plan' }>): PlanningReport {
  const loaded = supergraphs.get(supergraphId) ?? { failure: 'The supergraph was never loaded.' };
  if ('failure' in loaded) return loaded;
  const { planner, apiSchema } = loaded;
  return attempt(() => {
    const operation = operationFromDocument(apiSchema, parse(text, { noLocation: true }));
    const made = planner.buildQueryPlan(operation, { overrideConditions: new Map(Object.entries(overrides)) });
    return { plan: JSON.stringify(made) };
  });
}

parentPort?.on('message', (order: PlanningOrder) => {
  switch (order.kind) {
    case 'load':
      supergraphs.set(
        order.supergraphId,
        attempt(() => load(order.sdl)),
      );
      return;
    case 'forget':
      supergraphs.delete(order.supergraphId);
      return;
    case 'plan':
      parentPort?.postMessage(plan(order));
  }
});
