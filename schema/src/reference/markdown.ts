import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLType,
  getNamedType,
  isListType,
  isNonNullType,
  isSpecifiedScalarType,
  print,
} from 'graphql';

export type Row = readonly string[];

export function table(head: Row, rows: readonly Row[]): string {
  const line = (row: Row) => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A type as `[Order!]!`, its name leading to its section. */
export function typeLink(type: GraphQLType): string {
  if (isNonNullType(type)) return `${typeLink(type.ofType)}!`;
  if (isListType(type)) return `\\[${typeLink(type.ofType)}\\]`;
  const { name } = getNamedType(type);
  return isSpecifiedScalarType(type) ? name : `[${name}](#${name.toLowerCase()})`;
}

export function code(value: string): string {
  return `\`${value.replaceAll('|', '\\|')}\``;
}

/** What stands in a cell: one line. */
export function text(value: string): string {
  return value
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

export function inputRows(inputs: readonly (GraphQLArgument | GraphQLInputField)[]): Row[] {
  return inputs.map((input) => {
    const { name, type, description, deprecationReason } = input;
    const value = presetOf(input);
    const preset = value === null ? [] : [`${code(value)} without it.`];
    const gone = deprecationReason ? [`**Deprecated:** ${deprecationReason}`] : [];
    return [code(name), typeLink(type), text([description ?? '', ...preset, ...gone].filter(Boolean).join(' '))];
  });
}

/** What is taken for an argument or a field that is left out, as GraphQL writes it; null for nothing. */
export function presetOf({ type, defaultValue }: GraphQLArgument | GraphQLInputField): string | null {
  const literal = defaultValue === undefined ? null : astFromValue(defaultValue, type);
  return literal ? print(literal) : null;
}
