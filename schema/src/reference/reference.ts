import {
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { publicElements } from '../lint/elements.ts';
import type { Subgraph } from '../repository.ts';
import { code, inputRows, presetOf, type Row, table, text, typeLink } from './markdown.ts';
import { type Provenance, provenanceOf } from './provenance.ts';

const HEAD = `# Schema reference

Written by \`npm run schema\` from the descriptions in the subgraphs; a change here is a change there. What clients see as SDL is
[schema/api.graphql](../schema/api.graphql), and what they send [schema/operations](../schema/operations).`;

/** The schema for people: what can be asked, by whom, which subgraph answers, and what is going to go. */
export function reference(api: GraphQLSchema, subgraphs: readonly Subgraph[]): string {
  const provenance = provenanceOf(publicElements(subgraphs, api));
  const roots = [api.getQueryType(), api.getMutationType(), api.getSubscriptionType()];
  const types = Object.values(api.getTypeMap())
    .filter(
      (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !roots.some((root) => root === type),
    )
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const chapters = [
    chapter('Queries', rootSections(roots[0], provenance)),
    chapter('Mutations', rootSections(roots[1], provenance)),
    chapter('Subscriptions', rootSections(roots[2], provenance)),
    chapter(
      'Types',
      types.filter((type) => isObjectType(type)).map((type) => objectSection(type, provenance)),
    ),
    chapter(
      'Interfaces',
      types.filter((type) => isInterfaceType(type)).map((type) => objectSection(type, provenance)),
    ),
    chapter(
      'Unions',
      types
        .filter((type) => isUnionType(type))
        .map((type) => section(type, provenance, [`One of ${type.getTypes().map(typeLink).join(', ')}.`])),
    ),
    chapter(
      'Inputs',
      types.filter((type) => isInputObjectType(type)).map((type) => inputSection(type, provenance)),
    ),
    chapter(
      'Enums',
      types.filter((type) => isEnumType(type)).map((type) => enumSection(type, provenance)),
    ),
    chapter(
      'Scalars',
      types.filter((type) => isScalarType(type)).map((type) => section(type, provenance, [])),
    ),
  ];
  return `${[HEAD, ...chapters.flat()].join('\n\n')}\n`;
}

function chapter(title: string, sections: readonly string[]): string[] {
  return sections.length === 0 ? [] : [`## ${title}`, ...sections];
}

function rootSections(root: GraphQLObjectType | null | undefined, provenance: Provenance): string[] {
  return Object.values(root?.getFields() ?? {}).map((field) => {
    const coordinate = `${root?.name}.${field.name}`;
    const result = `Gives ${typeLink(field.type)}.`;
    return [
      `### ${coordinate}`,
      ...paragraph(field.description),
      ...deprecation(field.deprecationReason),
      [result, ...provenance.notes(coordinate)].join(' '),
      ...(field.args.length > 0 ? [table(['argument', 'type', 'what it is'], inputRows(field.args))] : []),
    ].join('\n\n');
  });
}

function objectSection(type: GraphQLObjectType | GraphQLInterfaceType, provenance: Provenance): string {
  const interfaces = type.getInterfaces();
  const is = interfaces.length > 0 ? [`Is ${interfaces.map(typeLink).join(', ')}.`] : [];
  const owners = provenance.subgraphs(type.name);
  const rows = Object.values(type.getFields()).map((field) => fieldRow(type.name, field, owners, provenance));
  return section(type, provenance, [...is, table(['field', 'type', 'what it is'], rows)]);
}

function fieldRow(
  typeName: string,
  field: GraphQLField<unknown, unknown>,
  owners: readonly string[],
  provenance: Provenance,
): Row {
  const coordinate = `${typeName}.${field.name}`;
  const own = provenance.subgraphs(coordinate);
  // Where one subgraph has the whole type, that is said above the table.
  const from = owners.length > 1 && own.length < owners.length ? [`From ${own.join(', ')}.`] : [];
  const args = field.args.map((argument) => {
    const preset = presetOf(argument);
    return `${argument.name}: ${argument.type}${preset === null ? '' : ` = ${preset}`}`;
  });
  const name = args.length > 0 ? `${field.name}(${args.join(', ')})` : field.name;
  const notes = [
    field.description ?? '',
    ...deprecation(field.deprecationReason),
    ...provenance.access(coordinate),
    ...from,
  ];
  return [code(name), typeLink(field.type), text(notes.filter(Boolean).join(' '))];
}

function inputSection(type: GraphQLInputObjectType, provenance: Provenance): string {
  return section(type, provenance, [
    table(['field', 'type', 'what it is'], inputRows(Object.values(type.getFields()))),
  ]);
}

function enumSection(type: GraphQLEnumType, provenance: Provenance): string {
  const rows = type
    .getValues()
    .map(
      ({ name, description, deprecationReason }): Row => [
        code(name),
        text([description ?? '', ...deprecation(deprecationReason)].filter(Boolean).join(' ')),
      ],
    );
  return section(type, provenance, [table(['value', 'what it means'], rows)]);
}

function section(type: GraphQLNamedType, provenance: Provenance, parts: readonly string[]): string {
  return [`### ${type.name}`, ...paragraph(type.description), ...provenance.origin(type.name), ...parts].join('\n\n');
}

function paragraph(description: string | null | undefined): string[] {
  return description ? [description.trim()] : [];
}

function deprecation(reason: string | null | undefined): string[] {
  return reason ? [`**Deprecated:** ${reason}`] : [];
}
