import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { BadUserInput, Refusal, type Viewer } from '@shop/kernel';
import { GraphQLError, type GraphQLSchema, parse } from 'graphql';

const SECRET = 'mysql://root:hunter2@db-7.internal';

interface Context {
  viewer: Viewer;
  noteReplay(): void;
}

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

  interface Item { id: ID! title: String }
  type Book implements Item @key(fields: "id") { id: ID! title: String pages: Int! broken: String }
  type Film implements Item @key(fields: "id") { id: ID! title: String minutes: Int }
  enum Mood { GAY GRAVE }
  input Wish { title: String! mood: Mood = GAY }

  type Query {
    me: String
    again: String
    broken: String
    needed: String!
    thrownText: String
    away: String
    refused: String
    escaped: String
    coded: String
    size(of: Int!): Int
    mood: Mood
    wish(wish: Wish!): String
    items: [Item]
    books: [Book!]
    large(characters: Int!): String
  }
  type Mutation { write(text: String): String fail: String failBadly: String! }
`;

const BOOKS: Record<string, object> = {
  b1: { __typename: 'Book', id: 'b1', title: 'Emma', pages: 474 },
  b2: { __typename: 'Book', id: 'b2', title: 'Persuasion' },
};

const fail = () => {
  throw new Error(SECRET);
};

const resolvers: GraphQLResolverMap<Context> = {
  Query: {
    me: (_source, _args, { viewer }) => viewer.id,
    again: (_source, _args, { noteReplay }) => {
      noteReplay();
      return 'as before';
    },
    broken: fail,
    needed: async () => fail(),
    thrownText: () => {
      throw SECRET;
    },
    away: () => {
      throw new Error('query failed', { cause: Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' }) });
    },
    refused: () => {
      throw new BadUserInput('first', 'first must be between 1 and 100.');
    },
    escaped: async () => {
      throw new Refusal({ code: 'SOLD_OUT', message: 'Sold out.', path: null });
    },
    coded: () => {
      throw new GraphQLError('Said by a resolver.', { extensions: { code: 'BAD_REQUEST', more: SECRET } });
    },
    size: (_source, { of }: { of: number }) => of,
    mood: () => 'ANGRY',
    wish: (_source, { wish }: { wish: { title: string; mood: string } }) => `${wish.title} ${wish.mood}`,
    items: () => [BOOKS.b1, { __typename: 'Film', id: 'f1', minutes: 90 }, null, { __typename: 'Song' }],
    books: async () => [BOOKS.b1, BOOKS.b2],
    large: (_source, { characters }: { characters: number }) => 'é'.repeat(characters),
  },
  Mutation: { write: (_source, { text }: { text: string }) => text, fail, failBadly: async () => fail() },
  Book: {
    broken: fail,
    __resolveReference: async ({ id }: { id: string }) => (id === 'broken' ? fail() : (BOOKS[id] ?? null)),
  },
  Film: { __resolveReference: ({ id }: { id: string }) => ({ id, minutes: 90 }) },
};

/** A subgraph whose fields do all that a field can do: answer, answer late, say nothing, be wrong, throw. */
export function librarySchema(): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(SDL), resolvers }]);
}
