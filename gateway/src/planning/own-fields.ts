import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  visit,
} from 'graphql';
import { fragmentsOf, operationOf, withRoot } from './operation-document.ts';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * What of an operation is for subgraphs: without the root's `__typename`, `__schema` and `__type`, which the gateway
 * answers, and without what literal conditions leave out. Null when nothing is left.
 */
export function subgraphsPart(document: DocumentNode): DocumentNode | null {
  const smooth = withoutStumblingBlocks(document);
  const fragments = fragmentsOf(smooth);
  const operation = operationOf(smooth);
  const selections = rootSelections(operation.selectionSet.selections, fragments).flatMap(withoutOwnFields);
  if (selections.length === 0) return null;
  return withRoot(smooth, selections);
}

/** Named fragments written out, so that each root field can be left out or planned by itself. */
function rootSelections(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionNode[] {
  return selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return [selection];
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment) return [];
    const inside = rootSelections(fragment.selectionSet.selections, fragments);
    const selectionSet = { kind: Kind.SELECTION_SET, selections: inside } as const;
    const { typeCondition } = fragment;
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives: selection.directives, selectionSet }];
  });
}

function withoutOwnFields(selection: SelectionNode): SelectionNode[] {
  if (selection.kind === Kind.FIELD) return selection.name.value.startsWith('__') ? [] : [selection];
  if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection];
  const selections = selection.selectionSet.selections.flatMap(withoutOwnFields);
  return selections.length > 0 ? [{ ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections } }] : [];
}

/** Hive's planner fails where literal conditions leave nothing of a fetch, and takes `a: a` for another field than `a`. */
function withoutStumblingBlocks(document: DocumentNode): DocumentNode {
  const decided = visit(document, {
    enter(node) {
      const isSelection =
        node.kind === Kind.FIELD || node.kind === Kind.INLINE_FRAGMENT || node.kind === Kind.FRAGMENT_SPREAD;
      if (!isSelection) return undefined;
      const given = node.directives ?? [];
      if (given.some((directive) => literalCondition(directive) === 'out')) return null;
      // By another name, Hive's planner does not see that the type behind an interface object has to be found out.
      if (node.kind === Kind.FIELD && node.name.value === TYPENAME.name.value) return TYPENAME;
      const directives = given.filter((directive) => literalCondition(directive) === undefined);
      const isNamedTwice = node.kind === Kind.FIELD && node.alias?.value === node.name.value;
      if (directives.length === given.length && !isNamedTwice) return undefined;
      return { ...node, directives, ...(isNamedTwice && { alias: undefined }) };
    },
  });
  // What has nothing left in it is an empty object all the same.
  return visit(decided, {
    SelectionSet: { leave: (set) => (set.selections.length === 0 ? { ...set, selections: [TYPENAME] } : undefined) },
  });
}

function literalCondition({ name, arguments: given = [] }: DirectiveNode): 'in' | 'out' | undefined {
  const condition = given.find((argument) => argument.name.value === 'if')?.value;
  if (condition?.kind !== Kind.BOOLEAN) return undefined;
  if (name.value === 'skip') return condition.value ? 'out' : 'in';
  if (name.value === 'include') return condition.value ? 'in' : 'out';
  return undefined;
}
