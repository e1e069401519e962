import { buildSubgraphSchema } from '@apollo/subgraph';
import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import {
  type ConstDirectiveNode,
  concatAST,
  type DocumentNode,
  type GraphQLDirective,
  type GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  parse,
  parseConstValue,
  print,
  specifiedDirectives,
  visit,
} from 'graphql';
import { type BuildSchemaOptions, buildSchema, createResolversMap } from 'type-graphql';
import { DateTimeScalar } from './scalars.ts';

const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@composeDirective", "@listSize", "@authenticated"])';

// Until a field uses it, a subgraph has no subscription at all; then its events come through the gateway, not from here.
const noPubSub = {
  publish: () => {
    throw new Error('Events are published through the outbox.');
  },
  subscribe: () => {
    throw new Error('Subscriptions are served by the gateway.');
  },
};

/** Gets the id and loads the entity through a loader of the context; null when there is none. */
export type ReferenceResolver<Context> = (reference: { id: string }, context: Context) => Promise<object | null>;

/** What a subgraph's schema is made of. */
export interface SubgraphOptions<Context> {
  resolvers: BuildSchemaOptions['resolvers'];
  /** How a reference to each entity of this subgraph is resolved. */
  references: Record<string, ReferenceResolver<Context>>;
  /** Directives of our own; their definitions become part of the SDL. */
  directives?: GraphQLDirective[];
  /** SDL to add, such as the @link of directives of our own. */
  sdl?: string;
}

/** A schema twice: to run, and to compose. */
export interface Subgraph {
  schema: GraphQLSchema;
  /** What is composed into the supergraph: the SDL with its federation directives. */
  sdl: string;
}

/** Builds the executable subgraph from type-graphql resolvers (Apollo Federation 2). */
export async function buildSubgraph<Context>({
  resolvers,
  references,
  directives = [],
  sdl = '',
}: SubgraphOptions<Context>): Promise<Subgraph> {
  const schema = await buildSchema({
    resolvers,
    validate: false,
    pubSub: noPubSub,
    directives: [...specifiedDirectives, ...directives],
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
  });
  const typeDefs = concatAST([withListSizes(getDocumentNodeFromSchema(schema)), parse(`${FEDERATION}\n${sdl}`)]);
  const resolverMap = createResolversMap(schema);
  for (const [type, resolve] of Object.entries(references)) {
    const resolversOfType = resolverMap[type];
    if (resolversOfType === undefined || resolversOfType instanceof Function)
      throw new Error(`There is no type ${type}.`);
    Object.assign(resolversOfType as Exclude<typeof resolversOfType, GraphQLScalarType>, {
      // One that is no id must not spoil what is loaded with it, nor reach a statement.
      __resolveReference: (reference: { id: unknown }, context: Context) =>
        typeof reference.id === 'string' ? resolve({ id: reference.id }, context) : null,
    });
  }
  return { schema: buildSubgraphSchema([{ typeDefs, resolvers: resolverMap as never }]), sdl: print(typeDefs) };
}

/** Tells gateways how long the pages of our lists are, so that they know what an operation costs before it is run. */
function withListSizes(typeDefs: DocumentNode): DocumentNode {
  return visit(typeDefs, {
    FieldDefinition(node) {
      const isPaged = node.arguments?.some(({ name }) => name.value === 'first') ?? false;
      return isPaged ? { ...node, directives: [...(node.directives ?? []), PAGE_SIZE] } : undefined;
    },
  });
}

// https://ibm.github.io/graphql-specs/cost-spec.html; `first` has a default, and may be null.
const PAGE_SIZE: ConstDirectiveNode = directive('listSize', {
  slicingArguments: '["first"]',
  sizedFields: '["edges", "nodes"]',
  requireOneSlicingArgument: 'false',
});

function directive(name: string, values: Record<string, string>): ConstDirectiveNode {
  const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const;
  return {
    kind: Kind.DIRECTIVE,
    name: nameNode(name),
    arguments: Object.entries(values).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: nameNode(argument),
      value: parseConstValue(value),
    })),
  };
}
