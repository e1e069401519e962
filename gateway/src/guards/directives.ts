import type { DocumentGuard } from './document-guard.ts';
import { tooComplex } from './refusal.ts';

/**
 * OPERATION_MAX_DIRECTIVES in an operation and OPERATION_MAX_FIELD_DIRECTIVES on one selection: validation compares
 * those of one place with each other.
 */
export const directives: DocumentGuard = (shape, { maxDirectives, maxFieldDirectives }) => {
  if (shape.directives > maxDirectives) {
    return tooComplex('directives', `The operation has more than ${maxDirectives} directives.`);
  }
  if (shape.directivesOfOneSelection > maxFieldDirectives) {
    return tooComplex('directives', `A selection has more than ${maxFieldDirectives} directives.`);
  }
  return null;
};
