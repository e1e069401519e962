import { describe, expect, it } from '@jest/globals';
import {
  buildSchema,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  graphqlSync,
  parse,
  validate,
} from 'graphql';
import { readAccessRules } from './access-rules.ts';
import { accessOf } from './field-authorization.ts';
import { requirementsMet } from './granted.ts';
import { nullRefused } from './refused-fields.ts';

const SDL = /* GraphQL */ `
  directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @needs(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM

  type Query {
    book: Book
    books: [Book!]!
    maybeBooks: [Book]
    mine: String @authenticated
    thing: Thing
    either: Either
    diary: Diary
    color: Color
  }
  type Mutation { burn: Book @needs(scopes: [["burn"], ["admin", "all"]]), read: Book }
  interface Thing { id: ID!, name: String }
  union Either = Book | Diary
  type Book implements Thing { id: ID!, name: String, price: Int @needs(scopes: [["price"]]), secret: Int! @authenticated, loan: Loan!, rule: Int @policy(policies: [["a"]]) }
  type Loan { until: String! @authenticated, book: Book }
  type Diary implements Thing @authenticated { id: ID!, name: String, text: String }
  enum Color @needs(scopes: [["color"]]) { RED }
`;
const FEATURES = ['authenticated', 'policy'].map(
  (name) => `@link(url: "https://specs.apollo.dev/${name}/v0.1", for: SECURITY)`,
);
const SCOPES = '@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", as: "needs", for: SECURITY)';
const apiSchema = buildSchema(SDL);
const schema = {
  apiSchema,
  accessRules: readAccessRules(parse(`schema ${FEATURES.join(' ')} ${SCOPES} { query: Query } ${SDL}`)),
};

const book = { __typename: 'Book', id: 'b', name: 'Emma', price: 3, secret: 4, loan: { until: 'monday' }, rule: 1 };
const diary = { __typename: 'Diary', id: 'd', name: 'Mine', text: 'Dear …' };
const rootValue = {
  book,
  books: [book, book],
  maybeBooks: [book],
  mine: 'm',
  thing: book,
  either: diary,
  diary,
  color: 'RED',
  burn: book,
  read: book,
};

/** What somebody with these scopes gets, and the document that was run for it. */
async function ask(text: string, scopes: string[] | null = null, policies: string[] = []) {
  const document = parse(text);
  expect(validate(apiSchema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  const access = accessOf(schema, document, operation);
  const viewer = { viewerId: scopes && 'u1', scopes: scopes ?? [] };
  const met = await requirementsMet(access?.requirements ?? [], viewer, async () => policies);
  const authorized = access?.authorize(met) ?? null;
  const source = authorized?.text ?? text;
  const result = graphqlSync({ schema: apiSchema, source, rootValue });
  expect(result.errors).toBeUndefined();
  const answer: ExecutionResult = authorized
    ? nullRefused(result, authorized.refused, (path) => new GraphQLError('no', { path }))
    : result;
  return {
    data: JSON.parse(JSON.stringify(answer.data)),
    paths: answer.errors?.map(({ path }) => path?.join('.')) ?? [],
    source,
  };
}

describe('a field that demands more than the viewer has', () => {
  it.each([
    ['itself', '{ mine book { name } }', { mine: null, book: { name: 'Emma' } }, ['mine']],
    [
      'by an alias, in the client’s order',
      '{ book { a: name p: price b: name } }',
      { book: { a: 'Emma', p: null, b: 'Emma' } },
      ['book.p'],
    ],
    [
      'in a list, at every place',
      '{ books { name price } }',
      {
        books: [
          { name: 'Emma', price: null },
          { name: 'Emma', price: null },
        ],
      },
      ['books.0.price', 'books.1.price'],
    ],
    [
      'that may not be null',
      '{ book { name secret } thing { id } }',
      { book: null, thing: null },
      ['book.secret', 'thing.id'],
    ],
    [
      'that may not be null, in items that may not',
      '{ books { secret } maybeBooks { name } }',
      null,
      ['books.0.secret', 'books.1.secret'],
    ],
    [
      'that may not be null, in items that may',
      '{ maybeBooks { secret } }',
      { maybeBooks: [null] },
      ['maybeBooks.0.secret'],
    ],
    ['that may not be null, several levels up', '{ book { loan { until } } }', { book: null }, ['book.loan.until']],
    [
      'through a fragment',
      '{ book { ...F } } fragment F on Book { price name }',
      { book: { price: null, name: 'Emma' } },
      ['book.price'],
    ],
    ['by the type it returns', '{ diary { text } color }', { diary: null, color: null }, ['diary', 'color']],
    [
      'by the type of a fragment',
      '{ either { __typename ... on Diary { text } ... on Book { name } } }',
      { either: { __typename: 'Diary', text: null } },
      ['either.text'],
    ],
    [
      'through an interface, when one of its types demands it',
      '{ thing { name ... on Book { bookName: name } } }',
      { thing: { name: null, bookName: 'Emma' } },
      ['thing.name'],
    ],
    [
      'through an interface and not on the type',
      '{ thing { ... on Book { name } name } }',
      { thing: { name: null } },
      ['thing.name'],
    ],
  ])('is null with an error: %s', async (_, text, data, paths) => {
    expect(await ask(text)).toMatchObject({ data, paths });
  });

  it('has no name in the document that the client chose for something else', async () => {
    expect(await ask('{ mine refused_0: book { refused_0: name } }')).toMatchObject({
      data: { mine: null, refused_0: { refused_0: 'Emma' } },
      paths: ['mine'],
    });
  });

  it('is not in the document any more, nor are fragments only it needed', async () => {
    const { source } = await ask('{ mine diary { ...D } book { name } } fragment D on Diary { text }');
    expect(source).not.toMatch(/mine|text|fragment/);
  });

  it('of Mutation is not run, and the others are', async () => {
    const { data, source } = await ask('mutation { burn { id } read { id } }', []);
    expect(source).not.toContain('burn');
    expect(data).toEqual({ burn: null, read: { id: 'b' } });
  });

  it('is not refused where it would not have been asked for', async () => {
    expect(await ask('{ mine @skip(if: true) book { name } }')).toMatchObject({
      data: { book: { name: 'Emma' } },
      paths: [],
    });
  });

  it('is there for those who have it', async () => {
    expect((await ask('{ mine diary { text } thing { name } }', [])).paths).toEqual([]);
    expect((await ask('{ book { price } }', ['price'])).data).toEqual({ book: { price: 3 } });
  });
});

describe('scopes', () => {
  it.each([
    [['burn'], []],
    [['admin', 'all'], []],
    [['admin'], ['burn']],
    [[], ['burn']],
  ])('of %j', async (scopes, refused) => {
    expect((await ask('mutation { burn { id } }', scopes)).paths).toEqual(refused);
  });

  it('of nobody in particular are none', async () => {
    expect(
      await requirementsMet([{ kind: 'scopes', anyOf: [['a']] }], { viewerId: null, scopes: ['a'] }, async () => []),
    ).toEqual([false]);
  });
});

it('policies hold when whoever decides says so', async () => {
  expect((await ask('{ book { rule } }', [])).paths).toEqual(['book.rule']);
  expect((await ask('{ book { rule } }', [], ['a'])).paths).toEqual([]);
});

it('an operation that demands nothing is left alone', () => {
  const document = parse('{ book { name } }');
  const operation = getOperationAST(document);
  expect(operation && accessOf(schema, document, operation)).toBeNull();
});
