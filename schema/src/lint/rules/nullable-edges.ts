import { Kind, type TypeNode } from 'graphql';
import type { Element } from '../elements.ts';
import { found, type Rule } from '../rule.ts';

export const nullableEdges: Rule = {
  name: 'nullable-edges',
  summary:
    'A field whose value is an entity of another subgraph can be null, or its elements can: else an outage there takes everything around it along.',
  check({ elements }) {
    const owners = ownersOf(elements);
    return elements.flatMap((element) => {
      if (element.kind !== 'field') return [];
      const { name, isNullable } = shapeOf(element.node.type);
      const owner = owners.get(name);
      if (owner === undefined || owner === element.subgraph || isNullable) return [];
      const message = `${element.coordinate} cannot be null, and ${name} comes from the subgraph ${owner}.`;
      return [found('nullable-edges', element, message)];
    });
  },
};

/** The subgraph that declares most of an entity, by the entity's name. */
function ownersOf(elements: readonly Element[]): ReadonlyMap<string, string> {
  const entities = new Set(
    elements
      .filter(({ kind, node }) => kind === 'type' && node.directives?.some(({ name }) => name.value === 'key'))
      .map(({ typeName }) => typeName),
  );
  const counts = new Map<string, Map<string, number>>();
  for (const { kind, typeName, subgraph } of elements) {
    if (kind !== 'field' || !entities.has(typeName)) continue;
    const count = counts.get(typeName) ?? new Map<string, number>();
    counts.set(typeName, count.set(subgraph, (count.get(subgraph) ?? 0) + 1));
  }
  return new Map(
    [...counts].map(([name, count]) => [name, [...count].reduce((most, one) => (one[1] > most[1] ? one : most))[0]]),
  );
}

/** Of lists it is the elements that count. */
function shapeOf(type: TypeNode): { name: string; isNullable: boolean } {
  if (type.kind === Kind.NAMED_TYPE) return { name: type.name.value, isNullable: true };
  if (type.kind === Kind.LIST_TYPE) return shapeOf(type.type);
  return type.type.kind === Kind.NAMED_TYPE ? { name: type.type.name.value, isNullable: false } : shapeOf(type.type);
}
