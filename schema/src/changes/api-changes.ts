import {
  type GraphQLEnumType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import type { Change } from './change.ts';
import { difference } from './difference.ts';
import { directiveChanges } from './directive-changes.ts';
import { fieldChanges } from './field-changes.ts';
import { inputObjectChanges } from './input-changes.ts';
import { typesReturned } from './types-returned.ts';

/** What differs between two API schemas, for clients that may use all of it. Descriptions are not compared. */
export function apiChanges(before: GraphQLSchema, after: GraphQLSchema): Change[] {
  const { removed, added, kept } = difference(typesOf(before), typesOf(after));
  const returned = typesReturned(before);
  return [
    ...removed.flatMap((type) => (isRoot(type, before) ? fieldChanges(type, null) : [typeRemoved(type)])),
    ...added.flatMap((type) => [typeAdded(type), ...implementations(type, before)]),
    ...kept.flatMap(([old, now]) => typeChanges(old, now, returned)),
    ...directiveChanges(before, after),
  ];
}

function typesOf(schema: GraphQLSchema): Map<string, GraphQLNamedType> {
  const types = Object.entries(schema.getTypeMap());
  return new Map(types.filter(([, type]) => !isIntrospectionType(type) && !isSpecifiedScalarType(type)));
}

function isRoot(type: GraphQLNamedType, schema: GraphQLSchema): boolean {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].some((root) => root === type);
}

function typeRemoved({ name }: GraphQLNamedType): Change {
  return {
    kind: 'type-removed',
    coordinate: name,
    severity: 'breaking',
    message: `The type ${name} is removed.`,
    concern: { of: 'type', type: name },
  };
}

function typeAdded({ name }: GraphQLNamedType): Change {
  return {
    kind: 'type-added',
    coordinate: name,
    severity: 'safe',
    message: `The type ${name} is new.`,
    concern: { of: 'type', type: name },
  };
}

function typeChanges(old: GraphQLNamedType, now: GraphQLNamedType, returned: ReadonlySet<string>): Change[] {
  if (isEnumType(old) && isEnumType(now)) return enumChanges(old, now, returned);
  if (isInputObjectType(old) && isInputObjectType(now)) return inputObjectChanges(old, now);
  if (isUnionType(old) && isUnionType(now)) {
    return memberChanges(old.name, named(old.getTypes()), named(now.getTypes()));
  }
  if ((isObjectType(old) && isObjectType(now)) || (isInterfaceType(old) && isInterfaceType(now))) {
    return [
      ...interfaceChanges(old.name, named(old.getInterfaces()), named(now.getInterfaces())),
      ...fieldChanges(old, now),
    ];
  }
  if (isScalarType(old) && isScalarType(now)) {
    if (old.specifiedByURL === now.specifiedByURL) return [];
    const message = `The scalar ${old.name} is specified by ${now.specifiedByURL ?? 'nothing'} instead of ${old.specifiedByURL ?? 'nothing'}.`;
    return [{ ...ofType('scalar-specification-changed', old.name), severity: 'dangerous', message }];
  }
  const message = `${old.name} becomes ${kindOf(now)}; it was ${kindOf(old)}.`;
  return [{ ...ofType('type-kind-changed', old.name), severity: 'breaking', message }];
}

function ofType(kind: string, type: string): Pick<Change, 'kind' | 'coordinate' | 'concern'> {
  return { kind, coordinate: type, concern: { of: 'type', type } };
}

function named<T extends GraphQLNamedType>(types: readonly T[]): Map<string, T> {
  return new Map(types.map((type) => [type.name, type]));
}

function enumChanges(old: GraphQLEnumType, now: GraphQLEnumType, returned: ReadonlySet<string>): Change[] {
  const values = (type: GraphQLEnumType) => new Map(type.getValues().map((value) => [value.name, value]));
  const { removed, added } = difference(values(old), values(now));
  return [
    ...removed.map(({ name: value }): Change => {
      const message = `${old.name} loses the value ${value}.`;
      const concern = { of: 'enum-value', type: old.name, value } as const;
      return { kind: 'enum-value-removed', coordinate: `${old.name}.${value}`, severity: 'breaking', message, concern };
    }),
    ...added.map(({ name: value }): Change => {
      const isReturned = returned.has(old.name);
      return {
        kind: 'enum-value-added',
        coordinate: `${old.name}.${value}`,
        severity: isReturned ? 'dangerous' : 'safe',
        message: `${old.name} has the new value ${value}${isReturned ? ', which clients may not know how to show' : ''}.`,
        concern: { of: 'output', type: old.name },
      };
    }),
  ];
}

function memberChanges(
  union: string,
  before: ReadonlyMap<string, GraphQLNamedType>,
  after: ReadonlyMap<string, GraphQLNamedType>,
): Change[] {
  const { removed, added } = difference(before, after);
  return [
    ...removed.map(({ name }): Change => {
      const message = `${name} is no longer one of the union ${union}.`;
      const concern = { of: 'member', abstract: union, type: name } as const;
      return { kind: 'union-member-removed', coordinate: union, severity: 'breaking', message, concern };
    }),
    ...added.map(({ name }): Change => {
      const message = `${name} becomes one of the union ${union}, which clients may not know how to show.`;
      const concern = { of: 'output', type: union } as const;
      return { kind: 'union-member-added', coordinate: union, severity: 'dangerous', message, concern };
    }),
  ];
}

/** That a new type may come back where clients ask for an interface. */
function implementations(type: GraphQLNamedType, before: GraphQLSchema): Change[] {
  if (!isObjectType(type)) return [];
  const known = type.getInterfaces().filter(({ name }) => isInterfaceType(before.getType(name)));
  return interfaceChanges(type.name, new Map(), named(known));
}

function interfaceChanges(
  type: string,
  before: ReadonlyMap<string, GraphQLNamedType>,
  after: ReadonlyMap<string, GraphQLNamedType>,
): Change[] {
  const { removed, added } = difference(before, after);
  return [
    ...removed.map(({ name }): Change => {
      const message = `${type} no longer implements ${name}.`;
      const concern = { of: 'member', abstract: name, type } as const;
      return { kind: 'interface-removed', coordinate: type, severity: 'breaking', message, concern };
    }),
    ...added.map(({ name }): Change => {
      const message = `${type} implements ${name}; clients that ask for that may get it, which they did not.`;
      const concern = { of: 'output', type: name } as const;
      return { kind: 'interface-added', coordinate: type, severity: 'dangerous', message, concern };
    }),
  ];
}

function kindOf(type: GraphQLNamedType): string {
  if (isScalarType(type)) return 'a scalar';
  if (isObjectType(type)) return 'an object type';
  if (isInterfaceType(type)) return 'an interface';
  if (isUnionType(type)) return 'a union';
  return isEnumType(type) ? 'an enum' : 'an input type';
}
