import {
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql';
import { fragmentsOf } from '../../planning/operation-document.ts';

/** All mentions of a field by its response key, in the order of the answer. */
export type CollectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/** https://spec.graphql.org/October2021/#CollectFields(), for one set of values of the variables in `@skip` and `@include`. */
export function createFieldCollector(
  schema: GraphQLSchema,
  document: DocumentNode,
  coerced: Readonly<Record<string, unknown>>,
): (type: GraphQLObjectType | GraphQLInterfaceType, sets: readonly SelectionSetNode[]) => CollectedFields {
  const fragments = fragmentsOf(document);

  return (type, sets) => {
    const collected = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const set of sets) collect(set);
    return collected;

    function collect({ selections }: SelectionSetNode): void {
      for (const selection of selections) {
        if (isLeftOut(selection, coerced)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          const mentions = collected.get(key);
          if (mentions) mentions.push(selection);
          else collected.set(key, [selection]);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (applies(selection.typeCondition?.name.value)) collect(selection.selectionSet);
        } else if (!visited.has(selection.name.value)) {
          visited.add(selection.name.value);
          const fragment = fragments.get(selection.name.value);
          if (fragment && applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet);
        }
      }
    }

    function applies(name: string | undefined): boolean {
      if (name === undefined || name === type.name) return true;
      const condition = schema.getType(name);
      return isAbstractType(condition) && schema.isSubType(condition, type);
    }
  };
}

/** Null unless the fields are the same for each of some types. */
export function sameFields([first, ...others]: readonly CollectedFields[]): CollectedFields | null {
  if (first === undefined) return null;
  const isSame = (other: CollectedFields) => {
    const entries = [...other];
    return (
      entries.length === first.size &&
      [...first].every(([key, mentions], i) => {
        const [otherKey, otherMentions = []] = entries[i] ?? [];
        return (
          key === otherKey &&
          mentions.length === otherMentions.length &&
          mentions.every((mention, m) => mention === otherMentions[m])
        );
      })
    );
  };
  return others.every(isSame) ? first : null;
}

/** The names by which a client asks for the type of the objects that a selection is on. */
export function typenameKeys(document: DocumentNode, sets: readonly SelectionSetNode[]): string[] {
  const fragments = fragmentsOf(document);
  const keysIn = (selection: SelectionNode): string[] => {
    if (selection.kind === Kind.FIELD) {
      const { name, alias } = selection;
      return name.value === TypeNameMetaFieldDef.name ? [alias?.value ?? name.value] : [];
    }
    const inside = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return inside?.selectionSet.selections.flatMap(keysIn) ?? [];
  };
  return [...new Set(sets.flatMap(({ selections }) => selections.flatMap(keysIn)))];
}

/** https://spec.graphql.org/October2021/#sec--skip */
export function isLeftOut(selection: SelectionNode, coerced: Readonly<Record<string, unknown>>): boolean {
  if (!selection.directives?.length) return false;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, coerced);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, coerced);
  return skip?.if === true || include?.if === false;
}
