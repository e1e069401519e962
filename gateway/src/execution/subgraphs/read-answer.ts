import type { GraphQLFormattedError } from 'graphql';
import { type Data, isData } from '../tree/data.ts';

/** A subgraph's answer, as far as it has the form of one: what is in it may still be anything. */
export interface ReadAnswer {
  data: Data | null | undefined;
  /** Undefined where there are none. */
  errors: readonly GraphQLFormattedError[] | undefined;
  isReplay: boolean;
}

/** Errors without a path are told at everything that was asked; a subgraph need not say the same a thousand times. */
const MOST_WITHOUT_PATH = 10;

/** Reads the JSON of a GraphQL answer. Null for anything else, such as a proxy's error page. */
export function readAnswer(text: string): ReadAnswer | null {
  const answer = parsed(text);
  if (!isData(answer)) return null;
  const errors = errorsIn(answer.errors);
  if (!Object.hasOwn(answer, 'data') && errors === undefined) return null;
  const { data, extensions } = answer;
  return {
    data: isData(data) ? data : null,
    errors,
    isReplay: isData(extensions) && extensions.idempotentReplay === true,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    return null;
  }
}

function errorsIn(value: unknown): GraphQLFormattedError[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return [errorOf(value)];
  if (value.length === 0) return undefined;
  let withoutPath = 0;
  return value.map(errorOf).filter(({ path }) => {
    if (path === undefined) withoutPath += 1;
    return path !== undefined || withoutPath <= MOST_WITHOUT_PATH;
  });
}

/** An error in which everything is of the kind it is said to be. */
function errorOf(value: unknown): GraphQLFormattedError {
  const { message, path, locations, extensions } = isData(value) ? value : {};
  return {
    message: typeof message === 'string' ? message : 'A subgraph sent an error without a message.',
    ...(isPath(path) && { path }),
    ...(areLocations(locations) && { locations }),
    ...(isData(extensions) && { extensions }),
  };
}

function isPath(value: unknown): value is (string | number)[] {
  const isKey = (key: unknown) => typeof key === 'string' || (Number.isSafeInteger(key) && (key as number) >= 0);
  return Array.isArray(value) && value.length > 0 && value.every(isKey);
}

function areLocations(value: unknown): value is { line: number; column: number }[] {
  const isLocation = (each: unknown) => isData(each) && Number.isInteger(each.line) && Number.isInteger(each.column);
  return Array.isArray(value) && value.every(isLocation);
}
