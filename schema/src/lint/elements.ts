import {
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  getLocation,
  type InputValueDefinitionNode,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  visit,
} from 'graphql';
import { linkedNames } from '../changes/federation/linked-names.ts';
import { parseGraphql } from '../parse-graphql.ts';
import type { Place } from '../report/report.ts';
import type { Subgraph } from '../repository.ts';

interface Placed<Kind extends string, Node> {
  kind: Kind;
  /** https://spec.graphql.org/draft/#sec-Schema-Coordinates */
  coordinate: string;
  /** The type it is, or is a part of. */
  typeName: string;
  node: Node;
  subgraph: string;
}

export type TypeElement = Placed<'type', TypeDefinitionNode | TypeExtensionNode>;
export type FieldElement = Placed<'field', FieldDefinitionNode>;
export type ArgumentElement = Placed<'argument', InputValueDefinitionNode> & { field: FieldDefinitionNode };
export type InputFieldElement = Placed<'input field', InputValueDefinitionNode>;
export type EnumValueElement = Placed<'enum value', EnumValueDefinitionNode>;

/** Something a subgraph declares that clients can see. */
export type Element = TypeElement | FieldElement | ArgumentElement | InputFieldElement | EnumValueElement;

/**
 * All that the subgraphs declare and clients can see, once for each subgraph that declares it. Directives have the names
 * of their specifications, whatever a subgraph calls them. Throws CannotRun for SDL that cannot be read.
 */
export function publicElements(subgraphs: readonly Subgraph[], api: GraphQLSchema): Element[] {
  const visible = coordinatesOf(api);
  return subgraphs
    .flatMap(({ name, file, sdl }) =>
      asSpecified(parseGraphql({ file, text: sdl })).definitions.flatMap((one) => elementsOf(one, name)),
    )
    .filter(({ coordinate }) => visible.has(coordinate));
}

function asSpecified(document: DocumentNode): DocumentNode {
  const nameOf = linkedNames(document);
  return visit(document, {
    Directive: ({ name, ...directive }) => ({ ...directive, name: { ...name, value: nameOf(name.value) } }),
  });
}

/** Every coordinate of a schema but what is built in. */
export function coordinatesOf(schema: GraphQLSchema): Set<string> {
  const found = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    found.add(type.name);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        found.add(`${type.name}.${field.name}`);
        for (const { name } of field.args) found.add(`${type.name}.${field.name}(${name}:)`);
      }
    }
    if (isInputObjectType(type)) for (const name of Object.keys(type.getFields())) found.add(`${type.name}.${name}`);
    if (isEnumType(type)) for (const { name } of type.getValues()) found.add(`${type.name}.${name}`);
  }
  return found;
}

/** Where a declaration stands: at its name, not at the description above it. */
export function placeOf({ node: { name } }: Element): Place | undefined {
  if (!name.loc) return undefined;
  const { line, column } = getLocation(name.loc.source, name.loc.start);
  return { file: name.loc.source.name, line, column };
}

function elementsOf(definition: DocumentNode['definitions'][number], subgraph: string): Element[] {
  if (!isTypeNode(definition)) return [];
  const typeName = definition.name.value;
  const type: TypeElement = { kind: 'type', coordinate: typeName, typeName, node: definition, subgraph };
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_EXTENSION:
      return [type, ...(definition.fields ?? []).flatMap((field) => fieldElements(field, typeName, subgraph))];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_EXTENSION:
      return [type, ...(definition.fields ?? []).map((node) => part('input field', node, typeName, subgraph))];
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_EXTENSION:
      return [type, ...(definition.values ?? []).map((node) => part('enum value', node, typeName, subgraph))];
    default:
      return [type];
  }
}

function fieldElements(field: FieldDefinitionNode, typeName: string, subgraph: string): Element[] {
  const element = part('field', field, typeName, subgraph);
  return [
    element,
    ...(field.arguments ?? []).map((node) => ({
      ...part('argument', node, typeName, subgraph),
      coordinate: `${element.coordinate}(${node.name.value}:)`,
      field,
    })),
  ];
}

function part<K extends string, Node extends { name: { value: string } }>(
  kind: K,
  node: Node,
  typeName: string,
  subgraph: string,
): Placed<K, Node> {
  return { kind, coordinate: `${typeName}.${node.name.value}`, typeName, node, subgraph };
}

function isTypeNode(
  definition: DocumentNode['definitions'][number],
): definition is TypeDefinitionNode | TypeExtensionNode {
  return /^(Object|Interface|InputObject|Enum|Scalar|Union)Type(Definition|Extension)$/.test(definition.kind);
}
