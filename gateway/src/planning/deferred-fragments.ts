import { type DirectiveNode, type DocumentNode, Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql';
import { fragmentsOf, operationOf, withRoot } from './operation-document.ts';
import { withoutDefer } from './operation-needs.ts';

/** Each is a part of the answer for every object it is on. */
const MOST_DEFERRED = 50;

/** Each doubles the plans that Apollo's planner makes. */
const MOST_CONDITIONS = 4;

/**
 * Gives every deferred fragment a label of its own, by which to find it in a plan, and writes out the named fragments
 * that hold some, since each of their places is another part of the answer. An operation that defers too much is
 * answered at once.
 */
export function labelDeferred(document: DocumentNode): DocumentNode {
  const fragments = fragmentsOf(document);
  const holding = new Map<string, boolean>();
  const conditions = new Set<string>();
  let deferred = 0;

  const labelled = written(operationOf(document).selectionSet).selections;
  const isTooMuch = deferred > MOST_DEFERRED || conditions.size > MOST_CONDITIONS;
  return isTooMuch ? withoutDefer(document) : withRoot(document, labelled);

  function written(set: SelectionSetNode): SelectionSetNode {
    // What is too much is not looked at to its end: fragments in fragments can be more than anybody could write.
    return deferred > MOST_DEFERRED ? set : { ...set, selections: set.selections.map(writtenOut) };
  }

  function writtenOut(selection: SelectionNode): SelectionNode {
    if (selection.kind === Kind.FIELD) {
      return selection.selectionSet ? { ...selection, selectionSet: written(selection.selectionSet) } : selection;
    }
    const directives = selection.directives?.flatMap(labelledDirective);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return { ...selection, directives, selectionSet: written(selection.selectionSet) };
    }
    const fragment = fragments.get(selection.name.value);
    const isSpread = !fragment || !(isDefer(selection) || holdsDeferred(selection.name.value));
    if (isSpread) return { ...selection, directives };
    const { typeCondition, selectionSet } = fragment;
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: written(selectionSet) };
  }

  function labelledDirective(directive: DirectiveNode): DirectiveNode[] {
    if (directive.name.value !== 'defer') return [directive];
    const given = directive.arguments ?? [];
    const condition = given.find(({ name }) => name.value === 'if');
    if (condition?.value.kind === Kind.BOOLEAN && !condition.value.value) return [];
    if (condition?.value.kind === Kind.VARIABLE) conditions.add(condition.value.name.value);
    const label = given.find(({ name }) => name.value === 'label')?.value;
    const value = `${deferred}:${label?.kind === Kind.STRING ? label.value : ''}`;
    deferred += 1;
    const own = { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'label' }, value: { kind: Kind.STRING, value } };
    return [{ ...directive, arguments: [...(condition ? [condition] : []), own] } as DirectiveNode];
  }

  function holdsDeferred(name: string): boolean {
    const known = holding.get(name);
    if (known !== undefined) return known;
    let holds = false;
    const fragment = fragments.get(name);
    if (fragment) {
      visit(fragment, {
        Directive: (directive) => {
          holds ||= directive.name.value === 'defer';
        },
        FragmentSpread: (spread) => {
          holds ||= holdsDeferred(spread.name.value);
        },
      });
    }
    holding.set(name, holds);
    return holds;
  }
}

/** The label that the client gave to a deferred fragment. */
export function clientLabel(label: string): string | undefined {
  return label.slice(label.indexOf(':') + 1) || undefined;
}

/** A deferred fragment's own label; undefined for all else. */
export function labelOf({ directives = [] }: SelectionNode): string | undefined {
  const label = directives
    .find(({ name }) => name.value === 'defer')
    ?.arguments?.find(({ name }) => name.value === 'label');
  return label?.value.kind === Kind.STRING ? label.value.value : undefined;
}

function isDefer({ directives = [] }: SelectionNode): boolean {
  return directives.some(({ name }) => name.value === 'defer');
}
