import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** Fragments nobody spreads any more would be refused by whoever validates the document again. */
export function withoutUnusedFragments(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  const used = new Set<FragmentDefinitionNode>();
  const follow = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : undefined;
      if (fragment && !used.has(fragment)) {
        used.add(fragment);
        follow(fragment.selectionSet);
      }
      if ('selectionSet' in selection && selection.selectionSet) follow(selection.selectionSet);
    }
  };
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  for (const { selectionSet } of operations) follow(selectionSet);
  return { ...document, definitions: [...operations, ...used] };
}
