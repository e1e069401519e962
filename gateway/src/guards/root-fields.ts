import type { DocumentGuard } from './document-guard.ts';
import { tooComplex } from './refusal.ts';

/** OPERATION_MAX_ROOT_FIELDS: each may be a request to a subgraph, and for mutations one after the other. */
export const rootFields: DocumentGuard = ({ rootFields }, { maxRootFields }) =>
  rootFields > maxRootFields
    ? tooComplex('root-fields', `The operation has more than ${maxRootFields} fields at its root.`)
    : null;
