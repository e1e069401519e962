import type { GraphQLError } from 'graphql';
import { asGraphQLError } from '../../errors/client-error.ts';
import { type ClientNames, clientPath } from '../../planning/client-names.ts';
import type { FieldErrors } from '../field-errors.ts';
import type { Run } from '../run.ts';
import type { Path } from '../tree/data.ts';
import { write } from '../writer/write.ts';
import { type Place, ROOT } from '../writer/writer.ts';
import type { LaterPart } from './compile-parts.ts';

/** A deferred fragment at one place of the answer. */
export interface Increment {
  /** JSON, `null` included. */
  data: string;
  path: Path;
  label: string | undefined;
  /** With paths from the root. */
  errors: readonly GraphQLError[];
}

/** What is ready at the same time, and whether something is still to come. */
export interface Later {
  increments: readonly Increment[];
  hasNext: boolean;
}

export type LaterParts = AsyncIterable<Later>;

interface LaterOptions {
  run: Run;
  /** The first part, as it went out. */
  written: { data: string; errors: readonly GraphQLError[] };
  parts: readonly LaterPart[];
  /** For the errors of a part, which may have their reasons in those of the part before. */
  errorsAfter(before: FieldErrors): FieldErrors;
  clientNames: ClientNames;
}

/** Runs what was deferred, all at once, and tells each part when it is there. Ends early when the client leaves. */
export async function* sendLater({ run, written, parts, errorsAfter, clientNames }: LaterOptions): LaterParts {
  const nulls: { path: Path; data: unknown }[] = [];
  const ready: Increment[] = [];
  let underWay = 0;
  let wake = () => {};

  keepNulls([], written);
  for (const part of parts) begin(part, run);
  for (let hasNext = true; hasNext; ) {
    while (ready.length === 0 && underWay > 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (run.context.departure?.hasLeft) return;
    hasNext = underWay > 0;
    yield { increments: ready.splice(0), hasNext };
  }

  function begin(part: LaterPart, before: Run): void {
    underWay += 1;
    const partRun: Run = { ...before, errors: errorsAfter(before.errors) };
    void part
      .step(partRun)
      .then(() => incrementsOf(part, partRun))
      // What nobody foresaw, such as data nested deeper than the stack.
      .catch((error): Increment[] => [{ data: '{}', path: [], label: part.label, errors: [asGraphQLError(error)] }])
      .then((increments) => {
        ready.push(...increments);
        for (const next of part.later) begin(next, partRun);
        underWay -= 1;
        wake();
      });
  }

  function incrementsOf({ placesIn, writerFor, label }: LaterPart, partRun: Run): Increment[] {
    const writer = writerFor(partRun.coerced);
    const increments = placesIn(partRun.root, partRun.coerced).flatMap(({ object, path: at }) => {
      const path = clientPath(at, clientNames);
      if (isNulled(path)) return [];
      const data = write(partRun, writer, { value: object, at: placeOf(at) });
      // There is nothing in it for an object of this type.
      return data === '{}' ? [] : [{ data, path, label }];
    });
    const errors = partRun.errors.all();
    return increments.map((increment, i) => {
      const own = errors.filter((error) => {
        const owner = increments.findIndex(({ path }) => isWithin(error.path ?? [], path));
        return Math.max(owner, 0) === i;
      });
      const told = { ...increment, errors: own };
      keepNulls(increment.path, told);
      return told;
    });
  }

  /** What the client has got as null has nothing in it to be told later. */
  function keepNulls(path: Path, { data, errors }: { data: string; errors: readonly GraphQLError[] }): void {
    if (errors.length > 0) nulls.push({ path, data: JSON.parse(data) });
  }

  function isNulled(path: Path): boolean {
    return nulls.some((part) => {
      if (!isWithin(path, part.path)) return false;
      let value = part.data;
      for (const key of path.slice(part.path.length)) {
        if (typeof value !== 'object' || value === null) break;
        value = (value as Record<string | number, unknown>)[key];
      }
      return value === null;
    });
  }
}

function isWithin(path: Path, place: Path): boolean {
  return place.every((key, i) => path[i] === key);
}

function placeOf(path: Path): Place {
  return path.reduce<Place>((before, key) => ({ before, key }), ROOT);
}
