import {
  type DefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  specifiedDirectives,
} from 'graphql';
import { extendSchemaImpl } from 'graphql/utilities/extendSchema.js';

/**
 * Builds the schema of definitions that are known to be valid, as graphql-js's `buildASTSchema` does, but in steps of
 * which each is short: that function keeps the event loop for 100 ms with 2,000 types.
 */
export function* buildSchema(pieces: readonly string[]): Generator<void, GraphQLSchema> {
  const definitions: DefinitionNode[] = [];
  for (const piece of pieces) {
    definitions.push(...parse(piece, { noLocation: true }).definitions);
    yield;
  }
  const config = extendSchemaImpl(
    {
      description: undefined,
      types: [],
      directives: [],
      extensions: {},
      extensionASTNodes: [],
      assumeValid: true,
    },
    { kind: Kind.DOCUMENT, definitions },
    { assumeValid: true },
  );
  yield;
  // Types read their fields when they are first asked; the schema asks all of them at once.
  for (const type of config.types) {
    readParts(type);
    yield;
  }
  const own = new Set(config.directives.map(({ name }) => name));
  return new GraphQLSchema({
    ...config,
    ...(config.astNode == null && conventionalRoots(config.types)),
    directives: [...config.directives, ...specifiedDirectives.filter(({ name }) => !own.has(name))],
  });
}

function readParts(type: GraphQLNamedType): void {
  if (isObjectType(type) || isInterfaceType(type)) {
    type.getFields();
    type.getInterfaces();
  }
  if (isInputObjectType(type)) type.getFields();
  if (isUnionType(type)) type.getTypes();
}

function conventionalRoots(types: readonly GraphQLNamedType[]) {
  const named = (name: string) =>
    types.find((type): type is GraphQLObjectType => type.name === name && isObjectType(type));
  return { query: named('Query'), mutation: named('Mutation'), subscription: named('Subscription') };
}
