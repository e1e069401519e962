import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  getLocation,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type NameNode,
  print,
  valueFromASTUntyped,
} from 'graphql';
import { parseGraphql } from '../../parse-graphql.ts';
import type { Place } from '../../report/report.ts';
import type { Subgraph } from '../../repository.ts';
import { topLevelFields } from './field-set.ts';
import { linkedNames } from './linked-names.ts';

/** A directive where it stands. */
export interface Applied {
  /** As its specification calls it, without the `@`. */
  name: string;
  args: Readonly<Record<string, unknown>>;
  /** Equal for equal arguments, in whatever order. */
  text: string;
}

/** Something a subgraph declares. */
export interface Element {
  kind: 'type' | 'field' | 'argument' | 'input-field' | 'enum-value';
  coordinate: string;
  /** The type it is, or is a part of. */
  typeName: string;
  directives: Applied[];
  place: Place | null;
}

/** What one subgraph declares, by coordinate; what extends a type belongs to it. */
export interface SubgraphIndex {
  name: string;
  url: string;
  elements: ReadonlyMap<string, Element>;
}

/** Reads a subgraph's SDL. Throws CannotRun for SDL that cannot be read. */
export function indexSubgraph({ name, url, sdl, file }: Subgraph): SubgraphIndex {
  const document = parseGraphql({ file, text: sdl });
  const nameOf = linkedNames(document);
  const elements = new Map<string, Element>();
  const add: Add = ({ kind, coordinate, typeName }, { name: at, directives = [] }) => {
    const applied = directives.map((directive) => appliedOf(directive, nameOf));
    const known = elements.get(coordinate);
    if (known) known.directives.push(...applied);
    else elements.set(coordinate, { kind, coordinate, typeName, directives: applied, place: placeOf(at) });
  };
  for (const definition of document.definitions) addDefinition(definition, add);
  return { name, url, elements };
}

type Add = (
  element: Pick<Element, 'kind' | 'coordinate' | 'typeName'>,
  node: { name: NameNode; directives?: readonly ConstDirectiveNode[] | undefined },
) => void;

function addDefinition(definition: DefinitionNode, add: Add): void {
  if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) return;
  const typeName = definition.name.value;
  add({ kind: 'type', coordinate: typeName, typeName }, definition);
  const fields: readonly (FieldDefinitionNode | InputValueDefinitionNode)[] =
    'fields' in definition ? (definition.fields ?? []) : [];
  for (const field of fields) {
    const coordinate = `${typeName}.${field.name.value}`;
    const isField = field.kind === Kind.FIELD_DEFINITION;
    add({ kind: isField ? 'field' : 'input-field', coordinate, typeName }, field);
    const args = isField ? (field.arguments ?? []) : [];
    for (const arg of args) add({ kind: 'argument', coordinate: `${coordinate}(${arg.name.value}:)`, typeName }, arg);
  }
  const values = 'values' in definition ? (definition.values ?? []) : [];
  for (const value of values) {
    add({ kind: 'enum-value', coordinate: `${typeName}.${value.name.value}`, typeName }, value);
  }
}

/** Whether something has a directive, by the name its specification has for it. */
export function has(element: Element | undefined, directive: string): boolean {
  return element?.directives.some(({ name }) => name === directive) ?? false;
}

/** Whether other subgraphs may resolve the field as well: it or its type says so, or it is part of a key. */
export function isShareable({ elements }: SubgraphIndex, { coordinate, typeName, directives }: Element): boolean {
  const type = elements.get(typeName);
  if (has(type, 'shareable') || directives.some(({ name }) => name === 'shareable')) return true;
  const keys = type?.directives.filter(({ name }) => name === 'key') ?? [];
  const field = coordinate.slice(typeName.length + 1);
  return keys.some(({ args }) => topLevelFields(String(args.fields)).includes(field));
}

function appliedOf(directive: ConstDirectiveNode, nameOf: (written: string) => string): Applied {
  const args = directive.arguments ?? [];
  return {
    name: nameOf(directive.name.value),
    args: Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value)])),
    text: args
      .map((arg) => print(arg))
      .sort()
      .join(', '),
  };
}

function placeOf({ loc }: NameNode): Place | null {
  if (!loc) return null;
  return { file: loc.source.name, ...getLocation(loc.source, loc.start) };
}
