import { type DocumentNode, Kind, OperationTypeNode, type SelectionNode } from 'graphql';
import { operationOf, withRoot } from './operation-document.ts';
import type { FetchNode, PlanNode, QueryPlan } from './plan.ts';

/**
 * Plans a mutation field by field. A field is complete, with all that is below it, before the next one begins
 * (https://spec.graphql.org/draft/#sec-Mutation); planners fetch the depths of one beside or after the next, and
 * would show a client the state after a later change. Neighbours that one subgraph answers alone share a fetch.
 */
export async function planSerially(
  document: DocumentNode,
  plan: (part: DocumentNode) => Promise<QueryPlan>,
): Promise<QueryPlan> {
  const { operation, selectionSet } = operationOf(document);
  const names = rootNames(selectionSet.selections);
  if (operation !== OperationTypeNode.MUTATION || names.length < 2) return plan(document);

  const planned: { names: string[]; node: PlanNode }[] = [];
  for (const name of names) {
    const node = nodeOf(await plan(onlyRoots(document, [name])));
    if (node === undefined) continue;
    const before = planned.at(-1);
    if (before && canShare(before.node, node)) {
      const together = [...before.names, name];
      const shared = nodeOf(await plan(onlyRoots(document, together)));
      if (shared && mutationsIn(shared).length === 1) {
        planned[planned.length - 1] = { names: together, node: shared };
        continue;
      }
    }
    planned.push({ names: [name], node });
  }
  const nodes = planned.map(({ node }) => node);
  return { kind: 'QueryPlan', node: nodes.length > 1 ? { kind: 'Sequence', nodes } : nodes[0] };
}

/** The response names at the root, in the order in which they are to be executed. */
function rootNames(selections: readonly SelectionNode[]): string[] {
  return [...new Set(selections.flatMap(namesIn))];
}

function namesIn(selection: SelectionNode): string[] {
  if (selection.kind === Kind.FIELD) return [(selection.alias ?? selection.name).value];
  return selection.kind === Kind.INLINE_FRAGMENT ? rootNames(selection.selectionSet.selections) : [];
}

function onlyRoots(document: DocumentNode, names: readonly string[]): DocumentNode {
  const kept = (selection: SelectionNode): SelectionNode[] => {
    if (selection.kind !== Kind.INLINE_FRAGMENT) return names.includes(namesIn(selection)[0] ?? '') ? [selection] : [];
    const selections = selection.selectionSet.selections.flatMap(kept);
    return selections.length > 0 ? [{ ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections } }] : [];
  };
  return withRoot(document, operationOf(document).selectionSet.selections.flatMap(kept));
}

function nodeOf({ node }: QueryPlan): PlanNode | undefined {
  if (node?.kind === 'Subscription') throw new Error('A mutation was planned as a subscription.');
  return node;
}

/** Nothing follows the first, and the second begins in the same subgraph. */
function canShare(first: PlanNode, second: PlanNode): boolean {
  if (first.kind !== 'Fetch') return false;
  const [next] = mutationsIn(second);
  return next?.serviceName === first.serviceName;
}

function mutationsIn(node: PlanNode): FetchNode[] {
  switch (node.kind) {
    case 'Fetch':
      return node.operationKind === OperationTypeNode.MUTATION ? [node] : [];
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(mutationsIn);
    case 'Flatten':
      return mutationsIn(node.node);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((clause) => (clause ? mutationsIn(clause) : []));
    case 'Defer':
      return [node.primary.node, ...node.deferred.map((deferred) => deferred.node)].flatMap((part) =>
        part ? mutationsIn(part) : [],
      );
  }
}
