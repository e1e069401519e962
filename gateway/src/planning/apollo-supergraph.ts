import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/**
 * The supergraph as Apollo's planner is to see it: each type's resolvable keys before the others. When a subgraph is
 * asked a second time about its own entity, that planner takes the first key whose fields are at hand, even one by which
 * the subgraph cannot be asked.
 */
export function resolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  const reordered = (node: { directives?: readonly ConstDirectiveNode[] }) => {
    const directives = node.directives ?? [];
    if (!directives.some(isUnresolvable)) return undefined;
    return {
      ...node,
      directives: [...directives].sort((a, b) => Number(isUnresolvable(a)) - Number(isUnresolvable(b))),
    };
  };
  return visit(supergraph, { ObjectTypeDefinition: reordered, InterfaceTypeDefinition: reordered });
}

function isUnresolvable({ name, arguments: given = [] }: ConstDirectiveNode): boolean {
  if (name.value !== 'join__type') return false;
  const resolvable = given.find((argument) => argument.name.value === 'resolvable')?.value;
  return resolvable?.kind === Kind.BOOLEAN && !resolvable.value;
}
