import { type DocumentNode, visit } from 'graphql';
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
