import type { DocumentGuard, DocumentLimits } from './document-guard.ts';
import { type Refusal, tooComplex } from './refusal.ts';

/**
 * OPERATION_MAX_DEPTH: selections within selections, fragments and introspection included, and values within values.
 * Every pair of braces counts, because every one is a step deeper for those who recurse. GraphiQL's introspection has 18.
 */
export const depth: DocumentGuard = ({ depth, valueDepth }, { maxDepth }) =>
  depth > maxDepth || valueDepth > maxDepth ? tooComplex('depth', `The document is deeper than ${maxDepth}.`) : null;

/** Refuses variables that would overflow the stack of whoever walks through them; walks without recursion itself. */
export function refuseDepth(variables: unknown, { maxDepth }: Pick<DocumentLimits, 'maxDepth'>): Refusal | null {
  let level: unknown[] = [variables];
  for (let left = maxDepth; level.length > 0; left -= 1) {
    if (left < 0) return tooComplex('depth', `The variables are deeper than ${maxDepth}.`);
    level = level.flatMap((value) => (isObject(value) ? Object.values(value).filter(isObject) : []));
  }
  return null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
