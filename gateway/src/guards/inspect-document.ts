import { aliases } from './aliases.ts';
import { depth } from './depth.ts';
import { directives } from './directives.ts';
import type { DocumentLimits } from './document-guard.ts';
import { shapeOf } from './document-shape.ts';
import { fields } from './fields.ts';
import { introspection } from './introspection.ts';
import type { Refusal } from './refusal.ts';
import { rootFields } from './root-fields.ts';
import { tokens } from './tokens.ts';

/** In this order; tokens come first, because the shape is measured no further than they go. */
const GUARDS = [tokens, depth, introspection, fields, aliases, rootFields, directives];

/**
 * Judges a document before anybody parses it. What it says depends on the text and the settings alone, so a text that
 * has passed need not be inspected again.
 */
export function inspectDocument(text: string, limits: DocumentLimits): Refusal | null {
  const shape = shapeOf(text, limits.maxTokens);
  for (const guard of GUARDS) {
    const refusal = guard(shape, limits);
    if (refusal) return refusal;
  }
  return null;
}
