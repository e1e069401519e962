import {
  type FieldNode,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

/** The variable with which all entities are asked for. */
export const REPRESENTATIONS = 'representations';

/** Prefixed with the position of a query, for names that must differ between joined ones. */
export const nameFor = (index: number, name: string) => `_${index}_${name}`;

/**
 * One query for several of `_entities`: each is under the alias `nameFor(i, '')`, and so are its fragments and those of
 * its variables that are in `own`; the others are the same for all. Null where the texts do not allow it.
 */
export function joinQueries(queries: readonly string[], own: ReadonlySet<string>): string | null {
  const parts = queries.map((query, i) => renamedParts(query, i, own));
  const variables = new Map<string, string>();
  for (const part of parts) {
    if (part === null) return null;
    for (const variable of part.variables) {
      const name = variable.variable.name.value;
      const text = print(variable);
      if (variables.has(name) && variables.get(name) !== text) return null;
      variables.set(name, text);
    }
  }
  const entities = parts.map((part) => part?.entities ?? '').join(' ');
  const fragments = parts.flatMap((part) => part?.fragments ?? []);
  return [`query (${[...variables.values()].join(', ')}) { ${entities} }`, ...fragments].join('\n');
}

/** The parts of one query's text, with names that no other has; null for anything but one plain `_entities`. */
function renamedParts(query: string, index: number, own: ReadonlySet<string>) {
  const rename = (name: NameNode): NameNode => ({ ...name, value: nameFor(index, name.value) });
  const document = visit(parse(query, { noLocation: true }), {
    Variable: (node) => (own.has(node.name.value) ? { ...node, name: rename(node.name) } : undefined),
    FragmentDefinition: (node) => ({ ...node, name: rename(node.name) }),
    FragmentSpread: (node) => ({ ...node, name: rename(node.name) }),
  });
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations as OperationDefinitionNode[];
  const [field, ...others] = operation?.selectionSet.selections ?? [];
  const isPlain = operation?.operation === OperationTypeNode.QUERY && !operation.directives?.length;
  if (!isPlain || others.length > 0 || !isEntitiesField(field)) return null;
  const alias: NameNode = { kind: Kind.NAME, value: nameFor(index, '') };
  return {
    entities: print({ ...field, alias }),
    variables: operation.variableDefinitions ?? ([] as readonly VariableDefinitionNode[]),
    fragments: document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map(print),
  };
}

function isEntitiesField(node: { kind: string } | undefined): node is FieldNode {
  return node?.kind === Kind.FIELD && (node as FieldNode).name.value === '_entities';
}
