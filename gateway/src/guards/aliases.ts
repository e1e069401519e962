import type { DocumentGuard } from './document-guard.ts';
import { tooComplex } from './refusal.ts';

/** OPERATION_MAX_ALIASES: by renaming it, a client can ask for the same field as often as it likes. */
export const aliases: DocumentGuard = ({ aliases }, { maxAliases }) =>
  aliases > maxAliases ? tooComplex('aliases', `The operation has more than ${maxAliases} aliases.`) : null;
