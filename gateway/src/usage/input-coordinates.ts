import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { spellingOf } from './coordinates.ts';

/** Adds the coordinates of what a value is made of. */
type ReadValue = (value: unknown, found: Set<string>) => void;

/** Adds the input fields and enum values that a request's variables bring, which have been found to fit their types. */
export type ReadInputs = (variables: Readonly<Record<string, unknown>>, found: Set<string>) => void;

const readersOf = new WeakMap<GraphQLSchema, Map<string, ReadValue | null>>();

/** Null for operations whose variables can bring none: scalars alone. */
export function readInputs(schema: GraphQLSchema, { variableDefinitions }: OperationDefinitionNode): ReadInputs | null {
  const readers: (readonly [string, ReadValue])[] = [];
  for (const { variable, type: typeNode } of variableDefinitions ?? []) {
    const type = typeFromAST(schema, typeNode) as GraphQLInputType | undefined;
    const read = type === undefined ? null : readerOf(schema, type);
    if (read !== null) readers.push([variable.name.value, read]);
  }
  if (readers.length === 0) return null;
  return (variables, found) => {
    for (const [name, read] of readers) {
      const value = variables[name];
      if (value !== undefined) read(value, found);
    }
  };
}

/** One for each type; a list is read as what it is a list of, since one element may stand for it. */
function readerOf(schema: GraphQLSchema, ofType: GraphQLInputType): ReadValue | null {
  const type = getNamedType(ofType);
  const readers = readersOf.get(schema) ?? new Map<string, ReadValue | null>();
  readersOf.set(schema, readers);
  const known = readers.get(type.name);
  if (known !== undefined) return known;
  const spell = spellingOf(schema);
  if (isInputObjectType(type)) {
    // An input type may hold itself: it is known before its fields are read.
    const fields: FieldReaders = new Map();
    const reader = ofLists(readObject(fields));
    readers.set(type.name, reader);
    for (const field of fieldsOf(type)) {
      fields.set(field.name, { coordinate: spell(`${type.name}.${field.name}`), read: readerOf(schema, field.type) });
    }
    return reader;
  }
  const reader = isEnumType(type)
    ? ofLists((value, found) => void (typeof value === 'string' && found.add(spell(`${type.name}.${value}`))))
    : null;
  readers.set(type.name, reader);
  return reader;
}

type FieldReaders = Map<string, { coordinate: string; read: ReadValue | null }>;

function readObject(fields: FieldReaders): ReadValue {
  return (value, found) => {
    if (typeof value !== 'object' || value === null) return;
    for (const name in value) {
      const field = fields.get(name);
      if (field === undefined) continue;
      found.add(field.coordinate);
      field.read?.((value as Record<string, unknown>)[name], found);
    }
  };
}

function ofLists(read: ReadValue): ReadValue {
  const readAny: ReadValue = (value, found) => {
    if (Array.isArray(value)) for (const each of value) readAny(each, found);
    else read(value, found);
  };
  return readAny;
}

function fieldsOf(type: GraphQLInputObjectType) {
  return Object.values(type.getFields());
}
