import type { DataRewrite, RequiredSelection } from '../../planning/plan.ts';
import { type Data, isData, valueAt } from './data.ts';
import { jsonString } from './json-string.ts';
import type { TypeFacts } from './type-facts.ts';

/**
 * Writes as JSON what a subgraph must know of an entity to find it: its `__typename`, a key, and what `@requires` asks.
 * Empty when the entity lacks a part of that; null when it is of another type.
 */
export type WriteRepresentation = (entity: Data) => string | null;

interface Required {
  selections: readonly RequiredSelection[];
  rewrites: readonly DataRewrite[];
}

interface RequiredValue {
  /** The key before the value, with what separates it from the one before. */
  open: string;
  write(object: Data): string;
  isTypename: boolean;
}

const FRAGMENT = '... on ';
const NULL = 'null';

export function compileRepresentation(
  selections: readonly RequiredSelection[],
  rewrites: readonly DataRewrite[],
  types: TypeFacts,
): WriteRepresentation {
  const valuesOf = valuesByType({ selections, rewrites }, types);
  return (entity) => {
    const values = valuesOf(entity);
    if (values.length === 0) return null;
    let text = '';
    let says = 0;
    let isKnown = false;
    for (const { open, write, isTypename } of values) {
      const part = write(entity);
      if (part === '') return '';
      text += open + part;
      if (isTypename) isKnown = true;
      else if (part !== NULL) says += 1;
    }
    // Where all the rest is null there is nothing to find the entity by.
    return isKnown && (says > 0 || values.length === 1) ? `${text}}` : '';
  };
}

/** What is required of objects of a type is worked out when the first one comes. */
function valuesByType(required: Required, types: TypeFacts): (object: Data) => readonly RequiredValue[] {
  const known = new Map<unknown, readonly RequiredValue[]>();
  return ({ __typename: name }) => {
    let values = known.get(name);
    if (values === undefined) {
      values = valuesFor(name, required, types);
      // Subgraphs can make up names without end.
      if (name === undefined || types.isType(String(name))) known.set(name, values);
    }
    return values;
  };
}

function valuesFor(typeName: unknown, required: Required, types: TypeFacts): readonly RequiredValue[] {
  const isWithin = (condition: string) => types.namesWithin(condition).has(String(typeName));
  const fields = requiredFields(required.selections, isWithin);
  const rewrites = required.rewrites.flatMap((rewrite) => withoutFragments(rewrite, typeName, isWithin));
  const written = new Map<string, (object: Data) => string>();
  for (const [key, selections] of fields) {
    const inside = rewrites
      .filter(({ path }) => path.length > 1 && path[0] === key)
      .map((rewrite) => ({ ...rewrite, path: rewrite.path.slice(1) }));
    const write = compileValue(key, { selections, rewrites: inside }, types);
    const renamed = rewrites.find(({ kind, path }) => kind === 'KeyRenamer' && path.length === 1 && path[0] === key);
    written.set(renamed?.kind === 'KeyRenamer' ? renamed.renameKeyTo : key, write);
  }
  for (const rewrite of rewrites) {
    if (rewrite.kind !== 'ValueSetter' || rewrite.path.length !== 1) continue;
    const text = JSON.stringify(rewrite.setValueTo);
    // What identifies nothing gets no `__typename` either.
    if (written.size > 0) written.set(rewrite.path[0] as string, () => text);
  }
  return [...written].map(([key, write], i) => ({
    open: `${i === 0 ? '{' : ','}${JSON.stringify(key)}:`,
    write,
    isTypename: key === '__typename',
  }));
}

/** Fields by response key, with the selections of all fragments that apply. */
function requiredFields(
  selections: readonly RequiredSelection[],
  isWithin: (condition: string) => boolean,
  fields = new Map<string, RequiredSelection[]>(),
): Map<string, RequiredSelection[]> {
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const key = selection.alias ?? selection.name;
      fields.set(key, [...(fields.get(key) ?? []), ...(selection.selections ?? [])]);
    } else if (selection.typeCondition === undefined || isWithin(selection.typeCondition)) {
      requiredFields(selection.selections, isWithin, fields);
    }
  }
  return fields;
}

/** The rewrite with the type conditions of its beginning taken off, or none where they do not apply. */
function withoutFragments(
  rewrite: DataRewrite,
  typeName: unknown,
  isWithin: (condition: string) => boolean,
): DataRewrite[] {
  const start = rewrite.path.findIndex((step) => !step.startsWith(FRAGMENT));
  const conditions = rewrite.path.slice(0, start).map((step) => step.slice(FRAGMENT.length));
  if (typeName !== undefined && !conditions.every(isWithin)) return [];
  return [{ ...rewrite, path: rewrite.path.slice(start) }];
}

function compileValue(key: string, required: Required, types: TypeFacts): (object: Data) => string {
  const writeObject = required.selections.length > 0 ? compileObject(required, types) : null;
  return (object) => {
    const value = valueAt(object, key);
    if (typeof value === 'string') return jsonString(value);
    if (value === undefined) return '';
    return writeObject === null ? JSON.stringify(value) : writeNested(value, writeObject);
  };
}

function writeNested(value: unknown, writeObject: (object: Data) => string): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => writeNested(item, writeObject));
    return items.includes('') ? '' : `[${items.join(',')}]`;
  }
  return isData(value) ? writeObject(value) : JSON.stringify(value);
}

function compileObject(required: Required, types: TypeFacts): (object: Data) => string {
  const valuesOf = valuesByType(required, types);
  return (object) => {
    let text = '';
    for (const { open, write } of valuesOf(object)) {
      const part = write(object);
      if (part === '') return '';
      text += open + part;
    }
    return text === '' ? '{}' : `${text}}`;
  };
}
