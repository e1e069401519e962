import {
  type GraphQLField,
  type GraphQLFieldMap,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Change } from './change.ts';
import { deprecationChanges } from './deprecation-changes.ts';
import { difference } from './difference.ts';
import { argumentChanges } from './input-changes.ts';

type Field = GraphQLField<unknown, unknown>;

/** What differs in the fields of an object type or interface; null stands for a type that is gone. */
export function fieldChanges(old: GraphQLNamedType, now: GraphQLNamedType | null): Change[] {
  const { removed, added, kept } = difference(fieldsOf(old), now === null ? new Map() : fieldsOf(now));
  return [
    ...removed.map((field) => changed(old.name, field, 'field-removed', 'breaking', 'is removed')),
    ...added.map((field) => changed(old.name, field, 'field-added', 'safe', 'is new')),
    ...kept.flatMap(([before, after]) => [
      ...typeChange(old.name, before, after),
      ...argumentChanges(`${old.name}.${before.name}`, before.args, after.args),
      ...deprecationChanges(`${old.name}.${before.name}`, before, after),
    ]),
  ];
}

function fieldsOf(type: GraphQLNamedType): Map<string, Field> {
  const fields: GraphQLFieldMap<unknown, unknown> = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  return new Map(Object.entries(fields));
}

function changed(type: string, { name }: Field, kind: string, severity: Change['severity'], what: string): Change {
  const coordinate = `${type}.${name}`;
  return { kind, coordinate, severity, message: `${coordinate} ${what}.`, concern: { of: 'field', type, field: name } };
}

function typeChange(type: string, before: Field, after: Field): Change[] {
  const [was, is] = [String(before.type), String(after.type)];
  if (was === is) return [];
  const severity = isSafeToReturn(before.type, after.type) ? 'safe' : 'breaking';
  const change = changed(type, after, 'field-type-changed', severity, `returns ${is} instead of ${was}`);
  // Whoever selects it on an interface was promised no more than the interface says.
  const isPromised = getNamedType(before.type).name === getNamedType(after.type).name;
  return [isPromised ? { ...change, concern: { of: 'coordinate', coordinate: change.coordinate } } : change];
}

/** Whether whoever could read the old type can read the new one: the same, or null in fewer places. */
function isSafeToReturn(before: GraphQLOutputType, after: GraphQLOutputType): boolean {
  if (isNonNullType(before)) return isNonNullType(after) && isSafeToReturn(before.ofType, after.ofType);
  if (isNonNullType(after)) return isSafeToReturn(before, after.ofType);
  if (isListType(before)) return isListType(after) && isSafeToReturn(before.ofType, after.ofType);
  return !isListType(after) && before.name === after.name;
}
