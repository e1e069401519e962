import { type Data, setValue, valueAt } from './data.ts';

/** Puts what a subgraph sent into an object of the tree. Parts of `source` become parts of `target`. */
export type Merge = (target: Data, source: Data) => void;

/**
 * Values of different subgraphs under one key complete each other. An object wins over null, whichever comes first: a
 * subgraph that could not tell its part does not take away what another one told.
 */
export function createMerge(isAbstract: (typeName: string) => boolean): Merge {
  return merge;

  function merge(target: Data, source: Data): void {
    for (const key in source) {
      const value = source[key];
      if (value === undefined) continue;
      const present = valueAt(target, key);
      if (isObject(present)) {
        if (isObject(value)) mergeObjects(target, key, present, value);
        else if (value !== null) target[key] = value;
      } else if (key !== '__typename' || present === undefined || !isAbstract(String(value))) {
        // A subgraph that knows entities as an @interfaceObject can only give them the interface's name.
        setValue(target, key, value);
      }
    }
  }

  function mergeObjects(target: Data, key: string, present: object, value: object): void {
    if (!Array.isArray(present)) {
      if (!Array.isArray(value)) merge(present as Data, value as Data);
      return;
    }
    if (!Array.isArray(value)) return;
    if (present.length !== value.length) setValue(target, key, value);
    else mergeItems(present, value);
  }

  function mergeItems(present: unknown[], value: unknown[]): void {
    for (let i = 0; i < value.length; i += 1) {
      const mine = present[i];
      const theirs = value[i];
      if (isObject(mine) && isObject(theirs)) {
        if (Array.isArray(mine) && Array.isArray(theirs)) mergeItems(mine, theirs);
        else merge(mine as Data, theirs as Data);
      } else if (theirs !== null) present[i] = theirs;
    }
  }
}

/** A copy that shares nothing with the original. */
export function copyOf(value: Data): Data {
  return structuredClone(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
