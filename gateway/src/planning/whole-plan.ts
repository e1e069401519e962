import { type DocumentNode, Kind, parse, type SelectionNode } from 'graphql';
import { fragmentsOf, operationOf } from './operation-document.ts';
import type { PlanNode, QueryPlan } from './plan.ts';
import { PlanningFailed } from './planner.ts';

/**
 * Throws PlanningFailed for a plan without one of the operation's root fields. Apollo's planner leaves out, without a word,
 * those of which it finds nothing to fetch, such as the fields of an interface object that no subgraph can be asked for.
 */
export function mustBeWhole(plan: QueryPlan, document: DocumentNode): void {
  const fetched = new Set(plan.node ? rootFetches(plan.node).flatMap(rootFieldsOf) : []);
  const missing = rootFieldsIn(operationOf(document).selectionSet.selections).filter((name) => !fetched.has(name));
  if (missing.length > 0) throw new PlanningFailed(`No subgraph can be asked for ${missing.join(', ')}.`);
}

function rootFetches(node: PlanNode | NonNullable<QueryPlan['node']>): string[] {
  switch (node.kind) {
    case 'Fetch':
      return node.requires ? [] : [node.operation];
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(rootFetches);
    case 'Flatten':
      // Root fields that are deferred.
      return node.path.length === 0 ? rootFetches(node.node) : [];
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((clause) => (clause ? rootFetches(clause) : []));
    case 'Subscription':
      return [node.primary.operation];
    case 'Defer':
      return [node.primary.node, ...node.deferred.map((deferred) => deferred.node)].flatMap((part) =>
        part ? rootFetches(part) : [],
      );
  }
}

function rootFieldsOf(operation: string): string[] {
  const document = parse(operation, { noLocation: true });
  return rootFieldsIn(operationOf(document).selectionSet.selections, fragmentsOf(document));
}

function rootFieldsIn(
  selections: readonly SelectionNode[],
  fragments: ReturnType<typeof fragmentsOf> = new Map(),
): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [(selection.alias ?? selection.name).value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFieldsIn(selection.selectionSet.selections, fragments);
    return rootFieldsIn(fragments.get(selection.name.value)?.selectionSet.selections ?? [], fragments);
  });
}
