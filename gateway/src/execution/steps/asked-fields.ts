import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
} from 'graphql';
import { fragmentsOf, operationOf } from '../../planning/operation-document.ts';
import type { TypeFacts } from '../tree/type-facts.ts';

/** The response keys that a fetch owes an object, for telling what was lost when it fails. */
export interface AskedFields {
  ofRoot(variables: Variables): string[];
  ofEntity(typeName: unknown, variables: Variables): string[];
}

type Variables = Readonly<Record<string, unknown>>;

/** The query is read when it is needed for the first time, since most fetches never fail. */
export function readAskedFields(query: string, types: TypeFacts): AskedFields {
  let read: { operation: OperationDefinitionNode; fragments: Map<string, FragmentDefinitionNode> } | null = null;

  return {
    ofRoot: (variables) => keysIn(document().operation.selectionSet.selections, undefined, variables),
    ofEntity(typeName, variables) {
      const [entities] = document().operation.selectionSet.selections;
      const selections = entities?.kind === Kind.FIELD ? entities.selectionSet?.selections : undefined;
      return keysIn(selections ?? [], typeName, variables);
    },
  };

  function document() {
    if (read !== null) return read;
    const parsed = parse(query, { noLocation: true });
    read = { operation: operationOf(parsed), fragments: fragmentsOf(parsed) };
    return read;
  }

  function keysIn(selections: readonly SelectionNode[], typeName: unknown, variables: Variables): string[] {
    const keys = selections.flatMap((selection): string[] => {
      if (isLeftOut(selection, variables)) return [];
      if (selection.kind === Kind.FIELD) {
        const { name, alias } = selection;
        return name.value === '__typename' ? [] : [alias?.value ?? name.value];
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : document().fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      const applies =
        condition === undefined || typeof typeName !== 'string' || types.namesWithin(condition).has(typeName);
      return fragment && applies ? keysIn(fragment.selectionSet.selections, typeName, variables) : [];
    });
    return [...new Set(keys)];
  }
}

function isLeftOut(selection: SelectionNode, variables: Variables): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.if === true || include?.if === false;
}
