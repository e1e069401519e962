import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionNode,
} from 'graphql';
import { fragmentsOf, operationOf } from './operation-document.ts';
import { PlanningFailed } from './planner.ts';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Types within types multiply. */
const MOST_SELECTIONS = 10_000;

/**
 * The operation with a fragment for each type that may be where it has an interface or a union. Apollo's planner finds
 * what a type sets for those below it (`@context`) only where an operation names that type. Throws PlanningFailed where
 * it would become too long.
 */
export function writtenByType(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const fragments = fragmentsOf(document);
  const operation = operationOf(document);
  const root = schema.getRootType(operation.operation);
  let written = 0;
  if (!root) return document;
  const selections = ofType(operation.selectionSet.selections, root);
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
  return { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }] };

  function within(selections: readonly SelectionNode[], type: GraphQLCompositeType): SelectionNode[] {
    if (!isAbstractType(type)) return ofType(selections, type);
    const apart = schema.getPossibleTypes(type).flatMap((possible) => {
      const own = ofType(selections, possible);
      return own.length > 0 ? [inlineFragment(possible, own)] : [];
    });
    return [TYPENAME, ...apart];
  }

  function ofType(selections: readonly SelectionNode[], type: GraphQLObjectType): SelectionNode[] {
    return selections.flatMap((selection): SelectionNode[] => {
      written += 1;
      if (written > MOST_SELECTIONS) throw new PlanningFailed('Written by type, the operation is too long.');
      if (selection.kind === Kind.FIELD) return [withinField(selection, type)];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment || !appliesTo(fragment.typeCondition?.name.value, type)) return [];
      const own = ofType(fragment.selectionSet.selections, type);
      return own.length > 0 ? [{ ...inlineFragment(type, own), directives: selection.directives ?? [] }] : [];
    });
  }

  function withinField(field: FieldNode, type: GraphQLObjectType): FieldNode {
    const inner = getNamedType(type.getFields()[field.name.value]?.type);
    if (!field.selectionSet || !isCompositeType(inner)) return field;
    return {
      ...field,
      selectionSet: { ...field.selectionSet, selections: within(field.selectionSet.selections, inner) },
    };
  }

  function appliesTo(condition: FragmentDefinitionNode['name']['value'] | undefined, type: GraphQLObjectType): boolean {
    const wanted = condition === undefined ? type : schema.getType(condition);
    return isAbstractType(wanted) ? schema.isSubType(wanted, type) : isObjectType(wanted) && wanted.name === type.name;
  }
}

function inlineFragment({ name }: GraphQLObjectType, selections: SelectionNode[]) {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  } as const;
}
