import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  parseValue,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { Element } from '../elements.ts';
import type { LintInput } from '../rule.ts';
import type { KnownEvent } from './subject.ts';

/**
 * Checks a literal such as `{ coupon: { id: $couponId }, issuedAt: $issuedAt }`: its variables are fields of the event's
 * data, and it is a whole value of the field's type. Only what an entity lacks can be asked of the subgraphs afterwards.
 */
export function checkValue(
  text: string,
  field: GraphQLField<unknown, unknown>,
  event: KnownEvent | null,
  { elements }: LintInput,
): string[] {
  const literal = parsed(text);
  if (literal === null) return ['its value is not a GraphQL literal'];
  const problems: string[] = [];
  visit(literal, {
    Variable({ name }) {
      if (event && !event.data.includes(name.value))
        problems.push(`its value names $${name.value}, and ${event.type} has ${event.data.join(', ')}`);
    },
  });
  return [...problems, ...misfits(literal, field.type, '', keysOf(elements))];
}

function parsed(text: string): ValueNode | null {
  try {
    return parseValue(text);
  } catch {
    return null;
  }
}

type Keys = ReadonlyMap<string, readonly SelectionSetNode[]>;

function misfits(value: ValueNode, type: GraphQLOutputType, path: string, keys: Keys): string[] {
  const where = path === '' ? 'its value' : `${path} in its value`;
  // What the event's data hold there is not known.
  if (value.kind === Kind.VARIABLE) return [];
  if (value.kind === Kind.NULL) return isNonNullType(type) ? [`${where} is null, and may not be`] : [];
  const inner = getNullableType(type);
  if (isListType(inner))
    return value.kind === Kind.LIST
      ? value.values.flatMap((item, i) => misfits(item, inner.ofType, `${path}[${i}]`, keys))
      : [`${where} should be a list`];
  if (!isObjectType(inner)) return [];
  if (value.kind !== Kind.OBJECT) return [`${where} should be an object of ${inner.name}`];
  const given = new Map(value.fields.map((one) => [one.name.value, one.value]));
  const within = (name: string) => (path === '' ? name : `${path}.${name}`);
  const unknown = [...given.keys()].filter((name) => !(name in inner.getFields()) && name !== '__typename');
  return [
    ...unknown.map((name) => `${within(name)} in its value is no field of ${inner.name}`),
    ...missingFrom(given, inner, where, keys),
    ...Object.values(inner.getFields()).flatMap((one) => {
      const part = given.get(one.name);
      return part ? misfits(part, one.type, within(one.name), keys) : [];
    }),
  ];
}

function missingFrom(
  given: ReadonlyMap<string, ValueNode>,
  type: GraphQLObjectType,
  where: string,
  keys: Keys,
): string[] {
  const own = keys.get(type.name);
  if (own) {
    if (own.some((key) => holds(given, key))) return [];
    return [`${where} lacks a key of ${type.name}, so that nothing more of it can be fetched`];
  }
  const missing = Object.keys(type.getFields()).filter((name) => !given.has(name));
  return missing.map((name) => `${where} lacks ${name}, and ${type.name} is no entity that could be asked for it`);
}

function holds(given: ReadonlyMap<string, ValueNode>, { selections }: SelectionSetNode): boolean {
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return true;
    const value = given.get(selection.name.value);
    if (value === undefined || value.kind === Kind.NULL) return false;
    if (!selection.selectionSet || value.kind !== Kind.OBJECT) return true;
    return holds(new Map(value.fields.map((one) => [one.name.value, one.value])), selection.selectionSet);
  });
}

/** The keys by which some subgraph gives the rest of an entity. */
function keysOf(elements: readonly Element[]): Keys {
  const keys = new Map<string, SelectionSetNode[]>();
  for (const { kind, typeName, node } of elements) {
    if (kind !== 'type') continue;
    for (const { name, arguments: given = [] } of node.directives ?? []) {
      if (name.value !== 'key') continue;
      const values = Object.fromEntries(given.map((one) => [one.name.value, valueFromASTUntyped(one.value)]));
      if (values.resolvable !== false)
        keys.set(typeName, [...(keys.get(typeName) ?? []), selectionOf(String(values.fields))]);
    }
  }
  return keys;
}

function selectionOf(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`"${fields}" is no set of fields.`);
  return definition.selectionSet;
}
