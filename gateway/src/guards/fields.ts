import type { DocumentGuard } from './document-guard.ts';
import { tooComplex } from './refusal.ts';

/** OPERATION_MAX_FIELDS: fields of an operation, those of a fragment as often as it is spread: twenty fragments that spread each other twice are a million fields to a planner, and validation compares all that are called alike. */
export const fields: DocumentGuard = ({ fields }, { maxFields }) =>
  fields > maxFields ? tooComplex('fields', `The operation selects more than ${maxFields} fields.`) : null;
