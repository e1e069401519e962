import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionNode,
} from 'graphql';
import { fragmentsOf, operationOf } from './operation-document.ts';
import type { FetchNode, PlanNode, QueryPlan, RequiredSelection } from './plan.ts';

/** Object types; null stands for all that can be at a place. */
type Types = ReadonlySet<string> | null;

interface Fetched {
  name: string;
  /** Of the objects that get it. */
  types: Types;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export interface CoverageOptions {
  /** The supergraph's, with all that subgraphs know. */
  schema: GraphQLSchema;
  /**
   * Whether to expect every type where something is fetched of whatever may be there. Behind an interface object that
   * is so; elsewhere planners leave out types that a subgraph cannot answer with.
   */
  everyType: boolean;
}

/**
 * Whether a plan's fetches bring every field of the operation to every type of object that gets any of its fields. A
 * planner's mistakes show here: Hive's forgets types behind interface objects. It is no proof, neither way: places are
 * told apart by response names alone, conditions are not looked at, and some types can never be where a field asks for
 * them. Throws when a fetch is not a valid document.
 */
export function coversOperation(
  plan: QueryPlan,
  document: DocumentNode,
  { schema: supergraph, everyType }: CoverageOptions,
): boolean {
  const places = new Map<string, Fetched[]>();
  if (plan.node) collect(plan.node, []);
  const operation = operationOf(document);
  const root = supergraph.getRootType(operation.operation);
  return !!root && wanted(operation.selectionSet.selections, root, '', fragmentsOf(document));

  function collect(node: PlanNode | NonNullable<QueryPlan['node']>, path: readonly string[]): void {
    switch (node.kind) {
      case 'Sequence':
      case 'Parallel':
        for (const inner of node.nodes) collect(inner, path);
        return;
      case 'Flatten':
        collect(node.node, [...path, ...node.path.map(String)]);
        return;
      case 'Condition':
        if (node.ifClause) collect(node.ifClause, path);
        if (node.elseClause) collect(node.elseClause, path);
        return;
      case 'Defer':
        for (const part of [node.primary, ...node.deferred]) if (part.node) collect(part.node, path);
        return;
      case 'Subscription':
        collect(node.primary, path);
        if (node.rest) collect(node.rest, path);
        return;
      case 'Fetch':
        fetched(node, path);
    }
  }

  function fetched(node: FetchNode, path: readonly string[]): void {
    const sent = parse(node.operation, { noLocation: true });
    const { operation: kind, selectionSet } = operationOf(sent);
    const fragments = fragmentsOf(sent);
    const renames = new Map(
      (node.outputRewrites ?? []).flatMap((rewrite) =>
        rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1) ?? '', rewrite.renameKeyTo] as const] : [],
      ),
    );
    if (!node.requires) {
      const root = supergraph.getRootType(kind);
      if (root) bring(selectionSet.selections, root, '', null);
      return;
    }
    const asked = union(node.requires.map(typesRequired));
    const types = intersection(asked, typesAtEndOf(path));
    for (const entities of selectionSet.selections) {
      if (entities.kind === Kind.FIELD) bring(entities.selectionSet?.selections ?? [], undefined, placeOf(path), types);
    }

    function bring(selections: readonly SelectionNode[], type: GraphQLNamedType | undefined, at: string, types: Types) {
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) {
          const name = (selection.alias ?? selection.name).value;
          add(at, { name, types });
          const renamed = renames.get(name);
          if (renamed !== undefined) add(at, { name: renamed, types });
          const inner = fieldType(type, selection.name.value);
          if (inner && hasFields(inner) !== (selection.selectionSet !== undefined))
            throw new Error(`${name} is not valid.`);
          bring(selection.selectionSet?.selections ?? [], inner, `${at}.${name}`, null);
          continue;
        }
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const condition = fragment?.typeCondition && supergraph.getType(fragment.typeCondition.name.value);
        const narrowed = condition ? intersection(types, possible(condition)) : types;
        bring(fragment?.selectionSet.selections ?? [], condition ?? type, at, narrowed);
      }
    }
  }

  function add(place: string, field: Fetched): void {
    const known = places.get(place);
    if (known) known.push(field);
    else places.set(place, [field]);
  }

  function wanted(
    selections: readonly SelectionNode[],
    type: GraphQLNamedType,
    at: string,
    fragments: Fragments,
  ): boolean {
    const brought = places.get(at) ?? [];
    const anything = everyType && brought.some(({ name, types }) => types === null && name !== '__typename');
    const names = (typeName: string) =>
      new Set(brought.filter(({ types }) => types === null || types.has(typeName)).map(({ name }) => name));
    return [...possible(type)].every((typeName) => {
      const got = names(typeName);
      const fields = fieldsFor(selections, typeName, fragments);
      // Of what cannot be at this place, planners fetch nothing.
      const isThere = anything || fields.some(({ name, alias }) => got.has((alias ?? name).value));
      if (!isThere) return true;
      return fields.every((field) => {
        const name = (field.alias ?? field.name).value;
        const inner = fieldType(supergraph.getType(typeName), field.name.value);
        if (!got.has(name)) return false;
        return (
          !inner || !field.selectionSet || wanted(field.selectionSet.selections, inner, `${at}.${name}`, fragments)
        );
      });
    });
  }

  function fieldsFor(selections: readonly SelectionNode[], typeName: string, fragments: Fragments) {
    return selections.flatMap((selection): Extract<SelectionNode, { kind: Kind.FIELD }>[] => {
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? [] : [selection];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const condition = fragment?.typeCondition && supergraph.getType(fragment.typeCondition.name.value);
      if (!fragment || (condition && !possible(condition).has(typeName))) return [];
      return fieldsFor(fragment.selectionSet.selections, typeName, fragments);
    });
  }

  function possible(type: GraphQLNamedType): ReadonlySet<string> {
    if (!isAbstractType(type)) return new Set([type.name]);
    return new Set(supergraph.getPossibleTypes(type).map(({ name }) => name));
  }

  function typesRequired(selection: RequiredSelection): Types {
    const condition =
      selection.kind === 'InlineFragment' && selection.typeCondition && supergraph.getType(selection.typeCondition);
    return condition ? possible(condition) : null;
  }
}

/** `a.b` for `a`, `@`, `b|[T]`, with a dot before each name. */
function placeOf(path: readonly string[]): string {
  return path
    .map((step) => step.replace(/\|\[.*$/, ''))
    .filter((step) => step !== '@')
    .map((name) => `.${name}`)
    .join('');
}

function typesAtEndOf(path: readonly string[]): Types {
  const [, names] = /\|\[(.*)\]$/.exec(path.at(-1) ?? '') ?? [];
  return names === undefined ? null : new Set(names.split(','));
}

function union(all: readonly Types[]): Types {
  const names = new Set<string>();
  for (const types of all) {
    if (types === null) return null;
    for (const name of types) names.add(name);
  }
  return names;
}

function intersection(a: Types, b: Types): Types {
  if (a === null || b === null) return a ?? b;
  return new Set([...a].filter((name) => b.has(name)));
}

function fieldType(type: GraphQLNamedType | undefined, field: string): GraphQLNamedType | undefined {
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const declared = type.getFields()[field];
  return declared && getNamedType(declared.type);
}

function hasFields(type: GraphQLNamedType): type is GraphQLCompositeType {
  return isObjectType(type) || isAbstractType(type);
}
