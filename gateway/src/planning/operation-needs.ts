import { type DocumentNode, Kind, OperationTypeNode, type SelectionNode, visit } from 'graphql';
import { fragmentsOf, operationOf } from './operation-document.ts';
import { fieldNames, type SupergraphFacts } from './supergraph-facts.ts';

/** What of an operation not every planner can do. */
export interface OperationNeeds {
  defer: boolean;
  /** A field whose argument comes from a context (`@fromContext`). */
  contexts: boolean;
  /** Fields of which two `@requires` want one field with different arguments. */
  conflictingRequirements: boolean;
}

export function needsOf(document: DocumentNode, facts: SupergraphFacts): OperationNeeds {
  const names = fieldNames(document);
  return {
    defer: isDeferred(document),
    contexts: [...facts.contextualFields].some((name) => names.has(name)),
    conflictingRequirements: facts.addedWithArguments.size > 0 && requirementsConflict(names, facts),
  };
}

export function isDeferred(document: DocumentNode): boolean {
  const directives = new Set<string>();
  visit(document, { Directive: ({ name }) => void directives.add(name.value) });
  return directives.has('defer');
}

/** A server may always answer at once what a client would take later. */
export function withoutDefer(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) });
}

/**
 * For Apollo's planner, and for Hive's where its plan is wrong with them (`right-requirements.ts`). Apollo's fetches a
 * field with `@requires` together with other fields of its object, and forgets that what is required may have been left
 * out by a condition: then the others are missing too. So is the type behind an interface object when only what is left
 * out wanted to know it. Without conditions all of that is fetched in any case, and shown by the conditions of the
 * client's own document. A mutation's own fields keep theirs.
 */
export function withoutDangerousConditions(
  document: DocumentNode,
  { requirements, hasInterfaceObjects }: SupergraphFacts,
): DocumentNode {
  const fragments = fragmentsOf(document);
  const { operation, selectionSet } = operationOf(document);
  const kept = new Set(operation === OperationTypeNode.MUTATION ? rootSelections(selectionSet.selections) : []);

  /** Also those in fragments: without its condition, a field that the client leaves out would change something. */
  function rootSelections(selections: readonly SelectionNode[]): SelectionNode[] {
    return selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      const inside = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      return [selection, ...rootSelections(inside?.selectionSet.selections ?? [])];
    });
  }

  function requires(selection: SelectionNode): boolean {
    if (selection.kind === Kind.FIELD && requirements.has(selection.name.value)) return true;
    const inside = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    return inside?.selectionSet?.selections.some(requires) ?? false;
  }

  const lifted = (selection: SelectionNode) => {
    const { directives = [] } = selection;
    const others = directives.filter(({ name }) => name.value !== 'skip' && name.value !== 'include');
    if (others.length === directives.length || kept.has(selection)) return undefined;
    return hasInterfaceObjects || requires(selection) ? { ...selection, directives: others } : undefined;
  };
  return hasInterfaceObjects || requirements.size > 0
    ? visit(document, { Field: lifted, InlineFragment: lifted, FragmentSpread: lifted })
    : document;
}

/** Goes by names alone, also where the fields belong to types that never meet: better too careful than wrong. */
function requirementsConflict(names: ReadonlySet<string>, { requirements, addedWithArguments }: SupergraphFacts) {
  const wanted = new Map<string, string>();
  const pending = [...names];
  const seen = new Set(pending);
  for (const name of pending) {
    for (const { field, args } of requirements.get(name) ?? []) {
      if (addedWithArguments.has(field) && (wanted.get(field) ?? args) !== args) return true;
      wanted.set(field, args);
      // What is required may have requirements of its own.
      if (!seen.has(field)) pending.push(field);
      seen.add(field);
    }
  }
  return false;
}
