import { type DocumentNode, Kind, parse, type SelectionSetNode } from 'graphql';
import { applications } from '../guards/linked-directives.ts';

/** By subgraph and type: the keys by which that subgraph can be asked for an entity. */
export type EntityKeys = ReadonlyMap<string, ReadonlyMap<string, readonly SelectionSetNode[]>>;

/** Reads `@join__type(graph:, key:)` of a supergraph. */
export function readEntityKeys(supergraph: DocumentNode): EntityKeys {
  const names = subgraphNames(supergraph);
  const keys = new Map([...names.values()].map((name) => [name, new Map<string, SelectionSetNode[]>()]));
  const selections = new Map<string, SelectionSetNode>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const joined of applications('join__type', definition.directives)) {
      const ofSubgraph = keys.get(names.get(String(joined.graph)) ?? '');
      if (typeof joined.key !== 'string' || joined.resolvable === false || !ofSubgraph) continue;
      const type = definition.name.value;
      // Most entities have the same key.
      const selection = selections.get(joined.key) ?? selectionOf(joined.key);
      selections.set(joined.key, selection);
      ofSubgraph.set(type, [...(ofSubgraph.get(type) ?? []), selection]);
    }
  }
  return keys;
}

/** The supergraph writes subgraphs as enum values; plans call them by their names. */
function subgraphNames(supergraph: DocumentNode): Map<string, string> {
  const graphs = supergraph.definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  );
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : [];
  return new Map(
    values.map(({ name, directives }) => [
      name.value,
      String(applications('join__graph', directives)[0]?.name ?? name.value),
    ]),
  );
}

function selectionOf(key: string): SelectionSetNode {
  const [definition] = parse(`{ ${key} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`"${key}" is no key.`);
  return definition.selectionSet;
}
