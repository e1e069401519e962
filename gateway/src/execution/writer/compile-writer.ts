import {
  type DocumentNode,
  type FieldNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type GraphQLUnionType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { ClientNames } from '../../planning/client-names.ts';
import { type Data, isData, valueAt } from '../tree/data.ts';
import { type CollectedFields, createFieldCollector, sameFields, typenameKeys } from './collect-fields.ts';
import { introspectionWriter } from './introspection.ts';
import { leafWriter } from './leaves.ts';
import { FAILED, fail, failUntyped, type Writer } from './writer.ts';

interface WriterOptions {
  /** What clients see. */
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  clientNames: ClientNames;
  /** Of these only the variables of `@skip` and `@include` count. */
  coerced: Readonly<Record<string, unknown>>;
}

interface FieldWriter {
  key: string;
  /** What comes before the value: the key, and all the text since the last value. */
  open: string;
  write: Writer;
}

const NULL = 'null';

/**
 * Turns an operation's selections into functions that write data as JSON: the fields in the order of the operation, and
 * nulls where a value is missing or does not fit (https://spec.graphql.org/October2021/#sec-Handling-Field-Errors).
 */
export function compileWriter({ schema, document, operation, clientNames, coerced }: WriterOptions): Writer {
  const collect = createFieldCollector(schema, document, coerced);
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new Error(`The schema has no ${operation.operation}.`);
  const write = objectWriter(rootType, [operation.selectionSet]);
  return (value, writing, at) => write(value, writing, at) || NULL;

  /** A position in the answer: null is written for what fails, or passed on to the parent where null may not be. */
  function positionWriter(type: GraphQLOutputType, mentions: readonly FieldNode[]): Writer {
    const writeValue = valueWriter(type, mentions);
    if (isNonNullType(type)) {
      return (value, writing, at) =>
        value === null || value === undefined
          ? fail(writing, at, 'A value that the schema promises is missing.')
          : writeValue(value, writing, at);
    }
    return (value, writing, at) =>
      value === null || value === undefined ? NULL : writeValue(value, writing, at) || NULL;
  }

  /** For a value that is not null. */
  function valueWriter(outputType: GraphQLOutputType, mentions: readonly FieldNode[]): Writer {
    const type = getNullableType(outputType);
    if (isLeafType(type)) return leafWriter(type);
    if (isListType(type)) return listWriter(positionWriter(type.ofType, mentions));
    const sets = mentions.flatMap(({ selectionSet }) => selectionSet ?? []);
    return writtenOnce(isObjectType(type) ? objectWriter(type, sets) : abstractWriter(type, sets));
  }

  function abstractWriter(type: GraphQLInterfaceType | GraphQLUnionType, sets: readonly SelectionSetNode[]): Writer {
    const writers = new Map<unknown, Writer>();
    // Hive's plans ask for the type by the client's alias alone, where there is one.
    const otherKeys = typenameKeys(document, sets).filter((key) => key !== TypeNameMetaFieldDef.name);
    const aliasedName = (object: Data) =>
      otherKeys.map((key) => valueAt(object, key)).find((name) => name !== undefined);
    return (value, writing, at) => {
      const name = (value as Data).__typename ?? aliasedName(value as Data);
      let write = writers.get(name);
      if (write === undefined) {
        write = writerForName(type, name, sets);
        // Subgraphs can make up names without end.
        if (name === undefined || schema.getType(String(name))) writers.set(name, write);
      }
      return write(value, writing, at);
    };
  }

  function writerForName(
    type: GraphQLInterfaceType | GraphQLUnionType,
    name: unknown,
    sets: readonly SelectionSetNode[],
  ): Writer {
    const concrete = typeof name === 'string' ? schema.getType(name) : undefined;
    if (isObjectType(concrete) && schema.isSubType(type, concrete)) {
      return objectWriter(concrete, sets);
    }
    // A subgraph with an @interfaceObject knows no types; that will do as long as none is asked for.
    const known = isInterfaceType(concrete) ? concrete : type;
    const isUntold = name === undefined || isInterfaceType(concrete);
    if (isUntold && isInterfaceType(known)) {
      const objects = schema.getPossibleTypes(known);
      const types = objects.length > 0 ? objects : [known];
      const fields = sameFields(types.map((possible) => collect(possible, sets)));
      const areKnown = [...(fields?.values() ?? [])].every(([field]) => field && known.getFields()[field.name.value]);
      if (fields && areKnown) return fieldsWriter(known, fields);
    }
    return (_value, writing, at) => failUntyped(writing, at);
  }

  function objectWriter(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Writer {
    return fieldsWriter(type, collect(type, sets));
  }

  function fieldsWriter(type: Pick<GraphQLObjectType, 'name' | 'getFields'>, fields: CollectedFields): Writer {
    const written: FieldWriter[] = [];
    let open = '{';
    for (const [key, mentions] of fields) {
      const name = mentions[0]?.name.value ?? key;
      open += `${written.length === 0 && open === '{' ? '' : ','}"${clientNames.get(key) ?? key}":`;
      if (name === TypeNameMetaFieldDef.name) open += `"${type.name}"`;
      else {
        written.push({ key, open, write: fieldWriter(type, name, mentions) });
        open = '';
      }
    }
    return joinFields(written, `${open}}`);
  }

  function fieldWriter(
    type: Pick<GraphQLObjectType, 'name' | 'getFields'>,
    name: string,
    mentions: readonly FieldNode[],
  ): Writer {
    const isQuery = type === schema.getQueryType();
    if (isQuery && (name === SchemaMetaFieldDef.name || name === TypeMetaFieldDef.name)) {
      return introspectionWriter(schema, { operation, document, clientNames }, mentions);
    }
    const field = type.getFields()[name];
    if (field === undefined) throw new Error(`${type.name} has no field ${name}.`);
    return positionWriter(field.type, mentions);
  }
}

function joinFields(fields: readonly FieldWriter[], close: string): Writer {
  return (value, writing, at) => {
    if (!isData(value)) return fail(writing, at, 'A subgraph sent a value that is no object.');
    let text = '';
    for (const { key, open, write } of fields) {
      const part = write(valueAt(value, key), writing, at && { before: at, key });
      if (part === FAILED) return FAILED;
      text += open + part;
    }
    return text + close;
  };
}

function listWriter(writeItem: Writer): Writer {
  return (value, writing, at) => {
    if (!Array.isArray(value)) return fail(writing, at, 'A subgraph sent a value that is no list.');
    let text = '[';
    for (let i = 0; i < value.length; i += 1) {
      const part = writeItem(value[i], writing, at && { before: at, key: i });
      if (part === FAILED) return FAILED;
      text += i === 0 ? part : `,${part}`;
    }
    return `${text}]`;
  };
}

/** An object that is at several places of the tree is written once. */
function writtenOnce(write: Writer): Writer {
  return (value, writing, at) => {
    // With places, the text is not all there is to an object: its errors are at each of them.
    const memo = at === null && isData(value) ? writing.shared.memoOf(value) : undefined;
    if (memo === undefined) return write(value, writing, at);
    if (memo.writer !== write) {
      memo.text = write(value, writing, at);
      memo.writer = write;
    }
    return memo.text;
  };
}
