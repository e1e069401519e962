import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { compileCost, refuseCost } from './cost.ts';
import { readCostRules } from './cost-rules.ts';

const SDL = /* GraphQL */ `
  directive @price(weight: Int!) on FIELD_DEFINITION | OBJECT | SCALAR | ENUM | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
  directive @cost__listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
    requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION

  type Query {
    book: Book
    books: [Book!]!
    shelf: [Book] @cost__listSize(assumedSize: 50)
    sliced(first: Int = 5, last: Int): [Book] @cost__listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
    generous(first: Int = 70): [Book] @cost__listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
    strict(first: Int, last: Int): [Book] @cost__listSize(slicingArguments: ["first", "last"])
    nested(page: Page): [Book] @cost__listSize(slicingArguments: ["page.size"], requireOneSlicingArgument: false, assumedSize: 3)
    connection(first: Int): Books @cost__listSize(slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)
    dear(wish: String @price(weight: 4), filter: Filter): Int @price(weight: 20)
    thing: Thing
    matrix: [[Book!]!]!
  }
  type Mutation { buy: Book, give: Book @price(weight: 3) }
  interface Thing { id: ID }
  type Book implements Thing { id: ID, title: String, author: Author, color: Color, scan: Scan }
  type Author @price(weight: 5) { name: String, books: [Book] }
  type Car implements Thing @price(weight: 7) { id: ID }
  type Books { nodes: [Book], edges: [Edge], total: Int }
  type Edge { node: Book }
  scalar Scan @price(weight: 9)
  enum Color { RED }
  input Page { size: Int }
  input Filter { text: String @price(weight: 2), also: [Filter!] }
`;
const LINK =
  'schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: [{ name: "@cost", as: "@price" }]) { query: Query }';
const schema = { apiSchema: buildSchema(SDL), costRules: readCostRules(parse(`${LINK} ${SDL}`)) };

function cost(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  expect(validate(schema.apiSchema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  return compileCost(schema, document, operation, 10)(variables);
}

describe('an operation is estimated to cost', () => {
  it.each([
    ['1 for an object and nothing for a scalar', '{ book { id title } }', 1],
    ['nothing for what the gateway answers itself', '{ __typename __schema { types { name } } }', 0],
    ['the default size of a list', '{ books { id } }', 10],
    ['sizes times sizes', '{ books { author { books { id } } } }', 10 * (1 + 5 + 10)],
    ['the size a list is assumed to have', '{ shelf { id } }', 50],
    ['what a slice asks for', '{ sliced(first: 3) { id } }', 3],
    ['the larger of two slices', '{ sliced(first: 3, last: 8) { id } }', 8],
    ['the default of a slice', '{ sliced { id } }', 5],
    [
      'what a slice is by default, where that is more than is assumed and null is said',
      '{ generous(first: null) { id } }',
      70,
    ],
    ['the assumed size where null is said and there is no default', '{ nested(page: { size: null }) { id } }', 3],
    ['nothing for a slice below zero', '{ sliced(first: -3) { id } }', 0],
    ['a slice inside an input', '{ nested(page: { size: 7 }) { id } }', 7],
    ['the assumed size without it', '{ nested { id } }', 3],
    [
      'a connection by the slice above it',
      '{ connection(first: 4) { total nodes { id } edges { node { id } } } }',
      1 + 4 + 4 * 2,
    ],
    [
      'a connection by the slice above it, through a fragment',
      '{ connection(first: 4) { ...C } } fragment C on Books { nodes { id } }',
      1 + 4,
    ],
    ['a weight in place of all that', '{ dear }', 20],
    ['the weight of a type, and of a scalar', '{ book { author { name } scan } }', 1 + 5 + 9],
    [
      'weighted arguments and inputs, where they are given',
      '{ dear(wish: "x", filter: { text: "y", also: [{ text: "z" }] }) }',
      20 + 4 + 2 + 2,
    ],
    ['the dearest type an interface may be', '{ thing { id } }', 7],
    ['10 for a mutation, unless it has a weight', 'mutation { buy { id } give { id } }', 13],
    [
      'each fragment as often as it is spread',
      '{ a: book { ...B } b: book { ...B } } fragment B on Book { author { name } }',
      12,
    ],
    ['a list of lists once', '{ matrix { id } }', 10],
  ])('%s', (_, text, expected) => expect(cost(text)).toBe(expected));

  it('what its variables make of it', () => {
    const text = 'query ($n: Int, $all: Boolean!) { sliced(first: $n) { id author @include(if: $all) { name } } }';
    expect(cost(text, { n: 4, all: false })).toBe(4);
    expect(cost(text, { n: 4, all: true })).toBe(4 * 6);
    expect(cost(text, { all: false })).toBe(5);
    expect(cost(text, { n: null, all: false })).toBe(10);
    const skipped = 'query ($no: Boolean!) { books @skip(if: $no) { id } }';
    expect([cost(skipped, { no: true }), cost(skipped, { no: false })]).toEqual([0, 10]);
    const filtered = 'query ($f: Filter) { dear(filter: $f) }';
    expect(cost(filtered, { f: { text: 'a', also: [{ text: 'b' }, {}] } })).toBe(24);
  });

  it('nothing that can be said where exactly one slice must be given', () => {
    for (const text of [
      '{ strict { id } }',
      '{ strict(first: 1, last: 2) { id } }',
      '{ strict(first: null) { id } }',
    ]) {
      expect(() => cost(text)).toThrow('Exactly one of these arguments');
    }
    expect(cost('query ($n: Int) { strict(first: $n) { id } }', { n: 2 })).toBe(2);
  });

  it('a number at once, however often fragments spread each other', () => {
    const fragments = Array.from({ length: 40 }, (_, i) => `fragment F${i} on Book { ...F${i + 1} ...F${i + 1} }`).join(
      ' ',
    );
    expect(
      cost(`{ connection(first: 2) { nodes { ...F0 } } } ${fragments} fragment F40 on Book { author { name } }`),
    ).toBe(1 + 2 * (1 + 2 ** 40 * 5));
  });
});

it('is refused above the limit only', () => {
  expect(refuseCost(100, 100)).toBeNull();
  expect(refuseCost(101, 100)).toMatchObject({ code: 'OPERATION_TOO_COMPLEX', guard: 'cost' });
});
