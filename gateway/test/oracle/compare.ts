import type { GraphQLFormattedError } from 'graphql';

type Path = readonly (string | number)[];

export interface Told {
  data: unknown;
  errors: readonly Pick<GraphQLFormattedError, 'path' | 'message'>[];
}

/**
 * The places at which errors have left null. When a value that must not be null fails, its parent is null instead, and
 * a server may tell any one of the errors below (https://spec.graphql.org/October2021/#sec-Handling-Field-Errors): two
 * answers tell the same when their errors come to null at the same places.
 */
export function nulledPlaces({ data, errors }: Told): string[] {
  return [...new Set(errors.map(({ path = [] }) => JSON.stringify(nulledBy(data, path))))].sort();
}

/** Null where an error is of something that is not null: of a value that only the plan asked for. */
export function nulledBy(data: unknown, path: Path): Path | null {
  let value = data;
  for (const [i, key] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, i);
    value = (value as Record<string | number, unknown>)[key];
  }
  return value === null ? path : null;
}

/** The data's JSON with keys in one order. */
export function inAnyOrder(data: unknown): string {
  return JSON.stringify(data, (_key, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
