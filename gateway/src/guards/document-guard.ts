import type { DocumentShape } from './document-shape.ts';
import type { Refusal } from './refusal.ts';

/** How large a document may be, whoever sends it. */
export interface DocumentLimits {
  maxTokens: number;
  maxDepth: number;
  maxFields: number;
  maxAliases: number;
  maxRootFields: number;
  maxDirectives: number;
  maxFieldDirectives: number;
  mayIntrospect: boolean;
}

/** Judges a document by its shape; it knows no schema and nothing of the request. */
export type DocumentGuard = (shape: DocumentShape, limits: DocumentLimits) => Refusal | null;
