import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { BoundedMap } from '../bounded-map.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { Operation } from './operation.ts';

const REMEMBERED_PLANS = 2_000;

/** Plans are kept with their supergraph, so that a reload forgets them all at once. */
const plansOf = new WeakMap<Supergraph, BoundedMap<string, QueryPlan>>();

type PlannableOperation = Pick<Operation, 'document' | 'operationName' | 'queryHash'>;

/** How to answer an operation with fetches from subgraphs; `@apollo/query-planner` decides. */
export function planFor(supergraph: Supergraph, { document, operationName, queryHash }: PlannableOperation): QueryPlan {
  const plans = plansOf.get(supergraph) ?? new BoundedMap<string, QueryPlan>(REMEMBERED_PLANS);
  plansOf.set(supergraph, plans);
  const key = `${queryHash} ${operationName ?? ''}`;
  const known = plans.get(key);
  if (known) return known;
  const parsed = operationFromDocument(supergraph.plannerApiSchema, document, { operationName });
  const plan = supergraph.planner.buildQueryPlan(parsed);
  plans.set(key, plan);
  return plan;
}
