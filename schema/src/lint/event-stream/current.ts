import {
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  validate,
} from 'graphql';

const PLACEHOLDER = /\{args\.(\w+)\}/g;

/** Checks `order(id: {args.orderId})`: a field of Query that takes these arguments and gives what the subscription gives. */
export function checkCurrent(text: string, field: GraphQLField<unknown, unknown>, api: GraphQLSchema): string[] {
  const used = new Set([...text.matchAll(PLACEHOLDER)].map(([, name]) => name as string));
  const args = field.args.filter(({ name }) => used.has(name));
  const known = new Set(args.map(({ name }) => name));
  const unknown = [...used].filter((name) => !known.has(name));
  if (unknown.length > 0)
    return unknown.map((name) => `its current state names the argument ${name}, which it does not take`);

  const root = rootOf(text);
  if (root === null) return [`its current state ${JSON.stringify(text)} is not one field of Query`];
  const query = api.getQueryType()?.getFields()[root.name.value];
  if (!query) return [`its current state is Query.${root.name.value}, which there is not`];
  if (getNamedType(query.type) !== getNamedType(field.type) || depthOf(query.type) !== depthOf(field.type))
    return [`its current state Query.${query.name} gives ${query.type}, and it gives ${field.type}`];

  const variables = args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const selection = isCompositeType(getNamedType(query.type)) ? ' { __typename }' : '';
  const operation = `query ${variables && `(${variables})`} { ${withVariables(text)}${selection} }`;
  return validate(api, parse(operation)).map(
    ({ message }) => `its current state cannot be asked for: ${message.replace(/\.$/, '')}`,
  );
}

function rootOf(text: string): FieldNode | null {
  try {
    const [definition, ...others] = parse(`{ ${withVariables(text)} }`).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return null;
    const [root, ...more] = definition.selectionSet.selections;
    return root?.kind === Kind.FIELD && more.length === 0 && !root.selectionSet ? root : null;
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

function withVariables(text: string): string {
  return text.replace(PLACEHOLDER, '$$$1');
}

/** How many lists lie around the named type. */
function depthOf(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return depthOf(type.ofType);
  return isListType(type) ? 1 + depthOf(type.ofType) : 0;
}
