import { type ASTNode, BREAK, type GraphQLError, Kind, parse, type SourceLocation, visit } from 'graphql';

const VALUE_KINDS: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

/** True for what graphql-js' rule "values of correct type" reports: of all rules, only that one points at one value. */
export function isAboutAValue(error: GraphQLError): boolean {
  const [node, ...others] = error.nodes ?? [];
  return node !== undefined && others.length === 0 && VALUE_KINDS.has(node.kind);
}

/** Names the input that holds the value at a place of a document, such as `input.lines.quantity`. */
export function valuePathIn(documentText: string, { line, column }: SourceLocation): string | null {
  let found: string | null = null;
  visit(parse(documentText), {
    enter(node, _key, parent, _path, ancestors) {
      const start = node.loc?.startToken;
      if (!VALUE_KINDS.has(node.kind) || start?.line !== line || start.column !== column) return undefined;
      const inputs = [...ancestors, parent, node].filter(isInput);
      found = inputs.map((input) => input.name.value).join('.') || null;
      return BREAK;
    },
  });
  return found;
}

function isInput(node: ASTNode | readonly ASTNode[] | undefined): node is ASTNode & { name: { value: string } } {
  return node !== undefined && 'kind' in node && (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD);
}
