/** What an operation costs in requests. */
export interface PlanCost {
  /** Requests to subgraphs, at most. */
  fetches: number;
  /** How many of them have to wait for each other, at most. */
  hops: number;
}

/** The part of a plan that is counted; both planners write it alike. */
export type CountedNode =
  | { kind: 'Fetch' | 'BatchFetch' }
  | { kind: 'Sequence' | 'Parallel'; nodes: CountedNode[] }
  | { kind: 'Flatten'; node: CountedNode }
  | { kind: 'Condition'; ifClause?: CountedNode | null; elseClause?: CountedNode | null }
  | { kind: 'Subscription'; rest?: CountedNode | null }
  | { kind: 'Defer'; primary: { node?: CountedNode | null }; deferred: { node?: CountedNode | null }[] };

const NOTHING: PlanCost = { fetches: 0, hops: 0 };
const ONE: PlanCost = { fetches: 1, hops: 1 };

/**
 * Counts a plan (https://www.apollographql.com/docs/graphos/reference/federation/query-plans). Of two clauses the dearer
 * counts; the event of a subscription counts as a fetch.
 */
export function costOf(node: CountedNode | null | undefined): PlanCost {
  if (!node) return NOTHING;
  switch (node.kind) {
    case 'Fetch':
    case 'BatchFetch':
      return ONE;
    case 'Sequence':
      return node.nodes.map(costOf).reduce(after, NOTHING);
    case 'Parallel':
      return node.nodes.map(costOf).reduce(beside, NOTHING);
    case 'Flatten':
      return costOf(node.node);
    case 'Condition':
      return dearer(costOf(node.ifClause), costOf(node.elseClause));
    case 'Subscription':
      return after(ONE, costOf(node.rest));
    case 'Defer':
      return after(costOf(node.primary.node), node.deferred.map((part) => costOf(part.node)).reduce(beside, NOTHING));
    default:
      throw new Error(`Plans have no ${String((node as { kind: unknown }).kind)} that is known here.`);
  }
}

function after(one: PlanCost, next: PlanCost): PlanCost {
  return { fetches: one.fetches + next.fetches, hops: one.hops + next.hops };
}

function beside(one: PlanCost, other: PlanCost): PlanCost {
  return { fetches: one.fetches + other.fetches, hops: Math.max(one.hops, other.hops) };
}

function dearer(one: PlanCost, other: PlanCost): PlanCost {
  return { fetches: Math.max(one.fetches, other.fetches), hops: Math.max(one.hops, other.hops) };
}
