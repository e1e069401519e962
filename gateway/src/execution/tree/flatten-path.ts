import { type Data, isData, type Path, valueAt } from './data.ts';
import type { SharedObjects } from './shared-objects.ts';
import type { TypeFacts } from './type-facts.ts';

/** An object or a list, as something that has places for values. */
export type Container = { [key: string | number]: unknown };

/** Called with an object and where it is, so that another can take its place. */
export type VisitObject = (object: Data, container: Container, key: string | number) => void;

interface Tree {
  root: Data;
  shared: SharedObjects;
}

/** A plan's path to the objects that a fetch is about, such as `products.@.seller`. */
export interface FlattenPath {
  /** Visits each object at the path, once however many places share it. */
  visit(tree: Tree, visit: VisitObject): void;
  /** Visits each place at the path with what it is in: the objects above it, the nearest last. Lists do not count. */
  visitPlaces(root: Data, visit: (object: Data, above: readonly Data[]) => void): void;
  /** For each of these objects all paths, as a client counts them, at which it is. */
  placesOf(root: Data, objects: Iterable<Data>): ReadonlyMap<Data, readonly Path[]>;
}

interface PathStep {
  /** Null for each item of a list. */
  key: string | null;
  /** Objects of other types are passed over. */
  types: ReadonlySet<string> | null;
}

/** Reads a path with `@` for lists and `|[A,B]` for type conditions. */
export function parseFlattenPath(path: Path, types: TypeFacts): FlattenPath {
  const steps = path.map((element) => parseStep(String(element), types));
  const last = steps.at(-1);
  return {
    visit({ root, shared }, visit) {
      if (last === undefined) return visit(root, { root }, 'root');
      const isNew = shared.startWalk();
      let level: unknown[] = [root];
      for (const step of steps.slice(0, -1)) {
        const next: unknown[] = [];
        const go = (found: object) => {
          if (isNew(found)) next.push(found);
        };
        for (const value of level) eachValue(value, step, go);
        level = next;
      }
      for (const container of level) {
        visitObjects(container, last, (object, holder, key) => {
          if (isNew(object)) visit(object, holder, key);
        });
      }
    },
    visitPlaces(root, visit) {
      walk(root, 0, []);

      function walk(value: unknown, depth: number, above: readonly Data[]): void {
        const step = steps[depth];
        if (Array.isArray(value) && step?.key !== null) {
          for (const item of value) walk(item, depth, above);
        } else if (step === undefined) {
          if (isData(value)) visit(value, above);
        } else {
          const from = step.key === null ? above : [...above, value as Data];
          eachValue(value, step, (next) => walk(next, depth + 1, from));
        }
      }
    },
    placesOf(root, objects) {
      const places = new Map<unknown, Path[]>();
      for (const object of objects) places.set(object, []);
      walk(root, 0, []);
      return places as Map<Data, Path[]>;

      function walk(value: unknown, depth: number, at: Path): void {
        const step = steps[depth];
        if (step === undefined) {
          if (!Array.isArray(value)) places.get(value)?.push(at);
          else for (const [i, item] of value.entries()) walk(item, depth, [...at, i]);
        } else if (Array.isArray(value) && step.key !== null) {
          for (const [i, item] of value.entries()) walk(item, depth, [...at, i]);
        } else {
          eachValue(value, step, (next, _container, key) => walk(next, depth + 1, [...at, key]));
        }
      }
    },
  };
}

function parseStep(text: string, types: TypeFacts): PathStep {
  const [, key = '', conditions] = /^(.*?)(?:\|\[(.*)\])?$/.exec(text) ?? [];
  const names = conditions?.split(',').flatMap((condition) => [...types.namesWithin(condition.trim())]);
  return { key: key === '@' ? null : key, types: names ? new Set(names) : null };
}

function visitObjects(container: unknown, step: PathStep, visit: VisitObject): void {
  eachValue(container, step, (value, holder, key) => {
    if (!Array.isArray(value)) visit(value as Data, holder, key);
    // A plan may leave out the `@` for a list.
    else visitObjects(value, { ...step, key: null }, visit);
  });
}

/** Calls back for each object or list that is one step further. */
function eachValue(
  from: unknown,
  step: PathStep,
  found: (value: object, container: Container, key: string | number) => void,
): void {
  if (Array.isArray(from)) {
    for (let i = 0; i < from.length; i += 1) {
      const item: unknown = from[i];
      if (step.key !== null) eachValue(item, step, found);
      else if (isWanted(item, step)) found(item, from as unknown as Container, i);
    }
  } else if (step.key !== null && typeof from === 'object' && from !== null) {
    const value = valueAt(from as Data, step.key);
    if (isWanted(value, step)) found(value, from as Container, step.key);
  }
}

function isWanted(value: unknown, { types }: PathStep): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (types === null) return true;
  const { __typename: name } = value as Data;
  return typeof name !== 'string' || types.has(name);
}
