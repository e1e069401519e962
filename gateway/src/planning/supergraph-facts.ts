import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  Kind,
  type NameNode,
  parse,
  print,
  visit,
} from 'graphql';

/** What a supergraph makes planners add to an operation, and what of it only some planners understand. */
export interface SupergraphFacts {
  /** Fields that a plan may fetch for its own use: parts of keys, of `@requires`, and of contexts. */
  addedFields: ReadonlySet<string>;
  /** Those of them that a `@requires` asks for with arguments. */
  addedWithArguments: ReadonlySet<string>;
  /** By the name of a field with `@requires`: what it needs, each field with its arguments. */
  requirements: ReadonlyMap<string, readonly Requirement[]>;
  /** Fields with an argument that comes from a context. */
  contextualFields: ReadonlySet<string>;
  /** Whether the types behind an interface are hidden from a subgraph (`@interfaceObject`). */
  hasInterfaceObjects: boolean;
  /** Labels of progressive `@override`s. */
  overrideLabels: ReadonlySet<string>;
}

export interface Requirement {
  field: string;
  args: string;
}

/** Reads the join directives: https://specs.apollo.dev/join/v0.5 */
export function readSupergraphFacts(supergraph: DocumentNode): SupergraphFacts {
  const addedFields = new Set(['__typename']);
  const addedWithArguments = new Set<string>();
  const requirements = new Map<string, Requirement[]>();
  const contextualFields = new Set<string>();
  const overrideLabels = new Set<string>();
  let hasInterfaceObjects = false;

  function add(selections: string): Requirement[] {
    const needed = fieldsIn(selections);
    for (const field of needed) {
      addedFields.add(field.name.value);
      if (field.arguments?.length) addedWithArguments.add(field.name.value);
    }
    return needed.map((field) => ({ field: field.name.value, args: (field.arguments ?? []).map(print).sort().join() }));
  }

  function readType({ directives }: { directives?: readonly ConstDirectiveNode[] }) {
    for (const joined of applied('join__type', directives)) {
      add(joined.get('key') ?? '');
      hasInterfaceObjects ||= joined.get('isInterfaceObject') === 'true';
    }
  }

  function readField({ name, directives }: FieldDefinitionNode) {
    for (const joined of applied('join__field', directives)) {
      const required = joined.get('requires');
      const label = joined.get('overrideLabel');
      if (required) requirements.set(name.value, [...(requirements.get(name.value) ?? []), ...add(required)]);
      if (label) overrideLabels.add(label);
      if (joined.has('contextArguments')) contextualFields.add(name.value);
    }
  }

  visit(supergraph, {
    ObjectTypeDefinition: readType,
    InterfaceTypeDefinition: readType,
    FieldDefinition: readField,
    // The selections of contexts stand deep inside a list, and are made of fields like those of keys.
    ObjectField({ name, value }) {
      if (name.value === 'selection' && value.kind === Kind.STRING) add(value.value);
    },
  });
  return { addedFields, addedWithArguments, requirements, contextualFields, hasInterfaceObjects, overrideLabels };
}

/** The arguments of each application, those that are strings or Booleans with their value. */
function applied(name: string, directives: readonly ConstDirectiveNode[] = []): Map<string, string>[] {
  return directives
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: given = [] }) => new Map(given.map(({ name, value }) => [name.value, textOf(value)])));
}

function textOf(value: { kind: Kind; value?: unknown }): string {
  return value.kind === Kind.STRING || value.kind === Kind.BOOLEAN ? String(value.value) : '';
}

function fieldsIn(selections: string): FieldNode[] {
  const fields: FieldNode[] = [];
  if (selections.trim() === '') return fields;
  const text = selections.trim().startsWith('{') ? selections : `{ ${selections} }`;
  visit(parse(text, { noLocation: true }), { Field: (field) => void fields.push(field) });
  return fields;
}

/** The names under which an operation asks for fields, without aliases. */
export function fieldNames(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { Field: ({ name }: { name: NameNode }) => void names.add(name.value) });
  return names;
}
