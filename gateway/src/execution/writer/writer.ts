import type { FieldErrors } from '../field-errors.ts';
import type { SharedObjects } from '../tree/shared-objects.ts';

/** Where a value is in the answer, from the end to the beginning. */
export interface Place {
  before: Place | null;
  key: string | number;
}

/** Where the root is: what is in it has a place too. */
export const ROOT: Place = { before: null, key: '' };

/** One writing of an answer. */
export interface Writing {
  shared: SharedObjects;
  /** As the client sent them. */
  variables: Readonly<Record<string, unknown>>;
  /** Something was written that has an error, which only a writing with places can tell. */
  isFlawed: boolean;
  /** Null in the first writing, which keeps no places: most answers have no error, and need none. */
  errors: FieldErrors | null;
}

/** Returned instead of JSON for what cannot be written, whose parent must become null: no JSON text is empty. */
export const FAILED = '';

/** Writes a value as JSON. `at` is null in a writing without places. */
export type Writer = (value: unknown, writing: Writing, at: Place | null) => string;

/** Notes an error, and gives what a writer returns then. */
export function fail(writing: Writing, at: Place | null, message: string): typeof FAILED {
  writing.isFlawed = true;
  writing.errors?.addMissing(pathOf(at), message);
  return FAILED;
}

/** For an object of which no subgraph could tell the type. */
export function failUntyped(writing: Writing, at: Place | null): typeof FAILED {
  writing.isFlawed = true;
  writing.errors?.addUntyped(pathOf(at), 'No subgraph could tell the type of an object.');
  return FAILED;
}

function pathOf(at: Place | null): (string | number)[] {
  const path: (string | number)[] = [];
  for (let place = at; place?.before; place = place.before) path.unshift(place.key);
  return path;
}
