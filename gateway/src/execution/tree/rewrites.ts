import type { DataRewrite } from '../../planning/plan.ts';
import { type Data, isData, type Path, setValue, valueAt } from './data.ts';
import type { TypeFacts } from './type-facts.ts';

const FRAGMENT = '... on ';

/** What a plan changes about a subgraph's answer before it becomes part of the client's. */
export interface OutputRewrites {
  apply(answer: Data): void;
  /** The path, after the rewrites, of what a subgraph calls by this path. */
  pathAfter(path: Path): Path;
}

const NONE: OutputRewrites = { apply: () => {}, pathAfter: (path) => path };

export function compileOutputRewrites(rewrites: readonly DataRewrite[] | undefined, types: TypeFacts): OutputRewrites {
  if (!rewrites?.length) return NONE;
  return {
    apply(answer) {
      for (const rewrite of rewrites) applyAt(answer, rewrite.path, rewrite, types);
    },
    pathAfter: (path) => rewrites.reduce(renamedIn, path),
  };
}

function applyAt(value: unknown, path: readonly string[], rewrite: DataRewrite, types: TypeFacts): void {
  if (Array.isArray(value)) {
    for (const item of value) applyAt(item, path, rewrite, types);
    return;
  }
  const [step, ...rest] = path;
  if (step === undefined || !isData(value)) return;
  if (step.startsWith(FRAGMENT)) {
    if (isWithin(value, step, types)) applyAt(value, rest, rewrite, types);
  } else if (rest.length > 0) applyAt(valueAt(value, step), rest, rewrite, types);
  else if (rewrite.kind === 'ValueSetter') setValue(value, step, rewrite.setValueTo);
  else rename(value, step, rewrite.renameKeyTo);
}

function rename(object: Data, from: string, to: string): void {
  const value = valueAt(object, from);
  if (value === undefined) return;
  setValue(object, to, value);
  // Deleting would turn the object into a slow one; merging passes over what is undefined.
  setValue(object, from, undefined);
}

function isWithin(value: Data, step: string, types: TypeFacts): boolean {
  const { __typename: name } = value;
  return typeof name !== 'string' || types.namesWithin(step.slice(FRAGMENT.length)).has(name);
}

function renamedIn(path: Path, rewrite: DataRewrite): Path {
  if (rewrite.kind !== 'KeyRenamer') return path;
  const keys = rewrite.path.filter((step) => !step.startsWith(FRAGMENT));
  const positions = path.flatMap((key, i) => (typeof key === 'string' ? i : []));
  const isSame = keys.length <= positions.length && keys.every((key, i) => path[positions[i] as number] === key);
  if (!isSame) return path;
  return path.with(positions[keys.length - 1] as number, rewrite.renameKeyTo);
}
