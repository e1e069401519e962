import {
  type ArgumentNode,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isSpecifiedScalarType,
  type NamedTypeNode,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsOf } from '../planning/operation-document.ts';

/** One string for each coordinate of a schema: many operations share most of theirs. */
const spelled = new WeakMap<GraphQLSchema, Map<string, string>>();

/**
 * What of the schema a valid operation names, as coordinates (https://spec.graphql.org/draft/#sec-Schema-Coordinates):
 * fields, arguments, types, and the input fields and enum values it spells out itself; for those in its variables see
 * `readInputs`. Nothing of the introspection.
 */
export function coordinatesOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): string[] {
  const found = new Set<string>();
  const spell = spellingOf(schema);
  const types = new TypeInfo(schema);
  const add = (type: { name: string } | null | undefined, rest = '') => {
    if (type && !type.name.startsWith('__')) found.add(spell(type.name + rest));
  };

  const reached = new Set<string>();
  const visitor: ASTVisitor = {
    Field({ name, arguments: given = [] }: FieldNode) {
      const parent = types.getParentType();
      if (name.value.startsWith('__')) return;
      add(parent, `.${name.value}`);
      for (const { name: argument } of given as readonly ArgumentNode[])
        add(parent, `.${name.value}(${argument.value}:)`);
    },
    NamedType({ name }: NamedTypeNode) {
      const type = schema.getType(name.value);
      // Every schema has these.
      if (type && !isSpecifiedScalarType(type)) add(type);
    },
    ObjectField: ({ name }) => add(getNamedType(types.getParentInputType()), `.${name.value}`),
    EnumValue: ({ value }) => add(getNamedType(types.getInputType()), `.${value}`),
    FragmentSpread: ({ name }) => void reached.add(name.value),
  };
  visit(operation, visitWithTypeInfo(types, visitor));
  const fragments = fragmentsOf(document);
  // A set that grows while it is walked through gives what is added, too.
  for (const name of reached) {
    const fragment = fragments.get(name);
    if (fragment) visit(fragment, visitWithTypeInfo(types, visitor));
  }
  return [...found];
}

/** Spells coordinates of a schema with one string each. */
export function spellingOf(schema: GraphQLSchema): (coordinate: string) => string {
  const known = spelled.get(schema) ?? new Map<string, string>();
  spelled.set(schema, known);
  return (coordinate) => {
    const before = known.get(coordinate);
    if (before !== undefined) return before;
    known.set(coordinate, coordinate);
    return coordinate;
  };
}
