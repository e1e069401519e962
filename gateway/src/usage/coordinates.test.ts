import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, type OperationDefinitionNode, parse, validate } from 'graphql';
import { coordinatesOf } from './coordinates.ts';
import { readInputs } from './input-coordinates.ts';

const schema = buildSchema(`
  type Query {
    books(filter: Filter, order: [Order!], first: Int): [Book]
    node(id: ID!): Node
    found: [Found!]
  }
  interface Node { id: ID! }
  union Found = Book | Author
  type Book implements Node { id: ID!, title(in: Language): String, author: Author }
  type Author implements Node { id: ID!, name: String }
  enum Language { EN FR }
  enum Order { TITLE AGE }
  scalar Json
  input Filter { title: String, language: Language = EN, any: [Filter!], age: Range, more: Json }
  input Range { from: Int, to: Int }
`);

function read(text: string, operationName?: string) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return { document, operation: getOperationAST(document, operationName) as OperationDefinitionNode };
}

function coordinates(text: string, operationName?: string): string[] {
  const { document, operation } = read(text, operationName);
  return coordinatesOf(schema, document, operation).sort();
}

describe('what an operation names', () => {
  it('is its fields and their arguments, by the types they belong to', () => {
    expect(coordinates('{ books(first: 1) { title(in: FR) author { name } } }')).toEqual([
      'Author.name',
      'Book.author',
      'Book.title',
      'Book.title(in:)',
      'Language.FR',
      'Query.books',
      'Query.books(first:)',
    ]);
  });

  it('is what it reaches through fragments, with the types these are for, and nothing of another operation', () => {
    const text = `
      query A { node(id: 1) { id ...OfBook } }
      query B { found { __typename ... on Author { name } } }
      fragment OfBook on Book { title ...Wrote }
      fragment Wrote on Book { author { id } }
    `;
    expect(coordinates(text, 'A')).toEqual([
      'Author.id',
      'Book',
      'Book.author',
      'Book.title',
      'Node.id',
      'Query.node',
      'Query.node(id:)',
    ]);
    expect(coordinates(text, 'B')).toEqual(['Author', 'Author.name', 'Query.found']);
  });

  it('is the input fields and enum values it spells out, also as defaults', () => {
    const text = `query ($f: Filter = { language: FR }) {
      books(filter: { any: [{ age: { from: 1 } }] }, order: [AGE]) { id }
      more: books(filter: $f) { id }
    }`;
    expect(coordinates(text)).toEqual([
      'Book.id',
      'Filter',
      'Filter.age',
      'Filter.any',
      'Filter.language',
      'Language.FR',
      'Order.AGE',
      'Query.books',
      'Query.books(filter:)',
      'Query.books(order:)',
      'Range.from',
    ]);
  });

  it('is nothing of the introspection', () => {
    expect(coordinates('{ __typename __schema { types { name fields { name } } } }')).toEqual([]);
  });
});

describe('what variables bring', () => {
  function inputs(text: string, variables: Record<string, unknown>): string[] {
    const found = new Set<string>();
    readInputs(schema, read(text).operation)?.(variables, found);
    return [...found].sort();
  }
  const FILTERED = 'query ($f: Filter, $o: [Order!], $n: Int) { books(filter: $f, order: $o, first: $n) { id } }';

  it('is the input fields that are there, however deep, and the enum values', () => {
    const f = { title: null, any: [{ age: { to: 3 } }, { any: { language: 'FR' } }] };
    expect(inputs(FILTERED, { f, o: ['TITLE'], n: 1 })).toEqual([
      'Filter.age',
      'Filter.any',
      'Filter.language',
      'Filter.title',
      'Language.FR',
      'Order.TITLE',
      'Range.to',
    ]);
  });

  it('is nothing for what is not sent, nor what a scalar holds', () => {
    expect(inputs(FILTERED, { n: 1 })).toEqual([]);
    expect(inputs(FILTERED, { f: { more: { title: 1, age: { from: 2 } } }, o: 'AGE' })).toEqual([
      'Filter.more',
      'Order.AGE',
    ]);
  });

  it('is not looked for where variables are scalars', () => {
    expect(readInputs(schema, read('query ($id: ID!) { node(id: $id) { id } }').operation)).toBeNull();
  });
});
