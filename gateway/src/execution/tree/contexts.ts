import type { KeyRenamer } from '../../planning/plan.ts';
import { type Data, isData, valueAt } from './data.ts';
import type { TypeFacts } from './type-facts.ts';

/** The values that an object gets from those above it, by the variable each is sent as. */
export type ContextValues = Readonly<Record<string, unknown>>;

const UP = '..';
const FRAGMENT = '... on ';

/** One way to a value: so many levels up from an object, and from there through fields. */
interface Source {
  variable: string;
  levels: number;
  path: readonly string[];
}

/**
 * Reads what `@fromContext` wants (https://specs.apollo.dev/federation/v2.8): `..` is the object that holds the one before
 * it, however many lists are between. Of several ways to one variable the first whose types fit is gone. What is null on
 * the way makes the value null, of a list the value is a list.
 */
export function compileContexts(
  renamers: readonly KeyRenamer[],
  types: TypeFacts,
): (object: Data, above: readonly Data[]) => ContextValues {
  const sources = renamers.map(({ path, renameKeyTo }): Source => {
    const levels = path.findIndex((step) => step !== UP);
    return { variable: renameKeyTo, levels, path: path.slice(levels) };
  });

  return (object, above) => {
    const values: Record<string, unknown> = {};
    for (const { variable, levels, path } of sources) {
      if (values[variable] === undefined) values[variable] = valueIn(levels === 0 ? object : above.at(-levels), path);
    }
    for (const { variable } of sources) values[variable] ??= null;
    return values;
  };

  /** Undefined where the types do not fit. */
  function valueIn(from: unknown, path: readonly string[]): unknown {
    const [step, ...rest] = path;
    if (step === undefined) return from ?? null;
    if (Array.isArray(from)) return from.map((item) => valueIn(item, path) ?? null);
    if (!isData(from)) return null;
    if (!step.startsWith(FRAGMENT)) return valueIn(valueAt(from, step), rest);
    const { __typename: name } = from;
    const fits = typeof name !== 'string' || types.namesWithin(step.slice(FRAGMENT.length)).has(name);
    return fits ? valueIn(from, rest) : undefined;
  }
}
