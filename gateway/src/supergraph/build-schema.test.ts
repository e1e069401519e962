import { expect, it } from '@jest/globals';
import { buildSchema as buildWithGraphqlJs, lexicographicSortSchema, printSchema, validateSchema } from 'graphql';
import { buildSchema } from './build-schema.ts';
import { atOnce, inSlices } from './in-steps.ts';

const PIECES = [
  'type Query { node(id: ID!, filter: Filter = { depth: 1 }): Node search: [Result!]! at: Time when: Time @deprecated(reason: "at") }',
  'interface Node { id: ID! } type A implements Node { id: ID! b: B } type B implements Node { id: ID! a(kind: Kind = X): [A] }',
  'union Result = A | B enum Kind { X Y @deprecated } input Filter { depth: Int = 2 inner: Filter } input One @oneOf { a: Int b: Int }',
  'scalar Time @specifiedBy(url: "https://time") directive @mark(by: String = "me") repeatable on FIELD | QUERY',
  'type Mutation { set(one: One): A } type Subscription { changed: A }',
];

it('builds what graphql-js builds, in one go and in slices', async () => {
  const expected = printSchema(lexicographicSortSchema(buildWithGraphqlJs(PIECES.join('\n'))));
  for (const schema of [atOnce(buildSchema(PIECES)), await inSlices(buildSchema(PIECES))]) {
    expect(printSchema(lexicographicSortSchema(schema))).toBe(expected);
    expect(schema.getDirectives().map(({ name }) => name)).toContain('include');
  }
});

it('has the roots that a schema definition names', () => {
  const schema = atOnce(
    buildSchema(['schema { query: Q mutation: M }', 'type Q { a: Int } type M { a: Int } type Query { b: Int }']),
  );
  expect(schema.getQueryType()?.name).toBe('Q');
  expect(schema.getMutationType()?.name).toBe('M');
  expect(validateSchema(schema)).toEqual([]);
});
