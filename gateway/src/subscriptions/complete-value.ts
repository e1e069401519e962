import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { responseKey } from './subscribed-field.ts';

type Data = Record<string, unknown>;
type Path = readonly (string | number)[];

/** What an event does not say about one entity in it. */
export interface MissingPart {
  typeName: string;
  /** The entity's key as the subgraph wants it, `__typename` included. */
  representation: Data;
  selections: readonly SelectionNode[];
  /** Where the answer goes. */
  target: Data;
  path: Path;
}

export interface CompletionScope {
  schema: GraphQLSchema;
  keys: ReadonlyMap<string, readonly SelectionSetNode[]>;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
}

export interface Completed {
  data: Data;
  /** To be fetched from the subgraph that declares the event. */
  parts: MissingPart[];
  /** Asked for, not in the event, and not in an entity that could be asked: nobody can say. */
  unknown: readonly SelectionNode[];
}

/** Reads a selection from an event's value. What the value holds wins, since it was true when the event happened. */
export function completeValue(
  scope: CompletionScope,
  type: GraphQLObjectType,
  value: Data,
  set: SelectionSetNode,
): Completed {
  const parts: MissingPart[] = [];
  const { data, missing } = completeObject(type, value, set.selections, []);
  return { data, parts, unknown: missing };

  function completeObject(type: GraphQLObjectType, value: Data, selections: readonly SelectionNode[], path: Path) {
    const data: Data = {};
    const missing: SelectionNode[] = [];
    for (const field of fieldsOf(type, selections, scope)) {
      const key = responseKey(field);
      const name = field.name.value;
      const fieldType = type.getFields()[name]?.type;
      if (name === '__typename') data[key] = type.name;
      else if (value[name] === undefined || fieldType === undefined) missing.push(field);
      else {
        const completed = completeAny(fieldType, value[name], field.selectionSet?.selections ?? [], [...path, key]);
        data[key] = completed.data;
        if (completed.missing.length > 0) missing.push(withSelections(field, completed.missing));
      }
    }
    const representation = missing.length > 0 ? representationOf(scope, type.name, value) : null;
    if (representation === null) return { data, missing };
    parts.push({ typeName: type.name, representation, selections: missing, target: data, path });
    return { data, missing: [] };
  }

  function completeAny(
    type: GraphQLOutputType,
    value: unknown,
    selections: readonly SelectionNode[],
    path: Path,
  ): { data: unknown; missing: SelectionNode[] } {
    const nullable = getNullableType(type);
    if (value === null) return { data: null, missing: [] };
    if (isListType(nullable)) {
      const items = Array.isArray(value) ? value : [value];
      const completed = items.map((item, i) => completeAny(nullable.ofType, item, selections, [...path, i]));
      return {
        data: completed.map(({ data }) => data),
        missing: distinct(completed.flatMap(({ missing }) => missing)),
      };
    }
    if (!isObjectType(nullable) && !isAbstractType(nullable)) return { data: value, missing: [] };
    if (!isData(value)) throw new Error(`The event's value at ${path.join('.')} is not an object.`);
    const concrete = isObjectType(nullable) ? nullable : scope.schema.getType(String(value.__typename));
    if (!isObjectType(concrete)) throw new Error(`The event's value at ${path.join('.')} must say its __typename.`);
    return completeObject(concrete, value, selections, path);
  }
}

/** Puts a fetched answer where the event had nothing; lists are matched by position. */
export function fillIn(target: Data, fetched: Data): void {
  for (const [key, value] of Object.entries(fetched)) {
    const present = target[key];
    if (present === undefined) target[key] = value;
    else if (isData(present) && isData(value)) fillIn(present, value);
    else if (Array.isArray(present) && Array.isArray(value)) fillInList(present, value);
  }
}

function fillInList(target: unknown[], fetched: unknown[]): void {
  target.forEach((item, i) => {
    const value = fetched[i];
    if (isData(item) && isData(value)) fillIn(item, value);
  });
}

function fieldsOf(type: GraphQLObjectType, selections: readonly SelectionNode[], scope: CompletionScope): FieldNode[] {
  return selections.flatMap((selection): FieldNode[] => {
    if (isLeftOut(selection, scope)) return [];
    if (selection.kind === Kind.FIELD) return [selection];
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : scope.fragments.get(selection.name.value);
    if (!fragment || !applies(fragment.typeCondition?.name.value, type, scope.schema)) return [];
    return fieldsOf(type, fragment.selectionSet.selections, scope);
  });
}

function isLeftOut(selection: SelectionNode, { variables }: CompletionScope): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.if === true || include?.if === false;
}

function applies(condition: string | undefined, type: GraphQLObjectType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === type.name) return true;
  const abstract = schema.getType(condition);
  return isAbstractType(abstract) && schema.isSubType(abstract, type);
}

function representationOf({ keys }: CompletionScope, typeName: string, value: Data): Data | null {
  for (const key of keys.get(typeName) ?? []) {
    const fields = pick(key, value);
    if (fields) return { __typename: typeName, ...fields };
  }
  return null;
}

/** Null when the value lacks a part of the key. */
function pick({ selections }: SelectionSetNode, value: Data): Data | null {
  const picked: Data = {};
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) return null;
    const name = selection.name.value;
    const given = value[name];
    const part = selection.selectionSet && isData(given) ? pick(selection.selectionSet, given) : given;
    if (part === undefined || part === null) return null;
    picked[name] = part;
  }
  return picked;
}

function withSelections(field: FieldNode, selections: readonly SelectionNode[]): FieldNode {
  return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function distinct(selections: readonly SelectionNode[]): SelectionNode[] {
  return [...new Map(selections.map((selection) => [print(selection), selection])).values()];
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
