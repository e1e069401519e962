import type { DocumentGuard } from './document-guard.ts';
import { tooComplex } from './refusal.ts';

/** OPERATION_MAX_TOKENS: words and signs in a document. Reading stops there. */
export const tokens: DocumentGuard = ({ tokens }, { maxTokens }) =>
  tokens > maxTokens ? tooComplex('tokens', `The document has more than ${maxTokens} tokens.`) : null;
