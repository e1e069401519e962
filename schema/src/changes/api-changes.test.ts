import { describe, expect, it } from '@jest/globals';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';
import { apiChanges } from './api-changes.ts';

const BEFORE = `
  directive @cached(seconds: Int = 5) repeatable on FIELD | QUERY
  scalar Instant @specifiedBy(url: "https://example.com/instant")
  enum Colour { RED GREEN BLUE }
  interface Node { id: ID! }
  interface Named { name: String }
  union Found = Book | Author
  input Filter { text: String colour: Colour = RED sizes: [Int] oldest: Int! = 3 }
  input Where { city: String country: String }
  type Author implements Node & Named { id: ID! name: String }
  type Book implements Node { id: ID! title: String! colour: Colour pages(from: Int, to: Int = 9, only: Boolean! = true): [Int]! tags: [String!] }
  type Shelf { label: String }
  type Query { book(id: ID!): Book find(filter: Filter, where: Where): [Found!] shelf: Shelf at: Instant }
`;

/** The change a replacement of text makes, as `severity kind coordinate`. */
function changes(...replacements: [from: string, to: string][]): string[] {
  const after = replacements.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`There is no ${from}.`);
    return text.replace(from, to);
  }, BEFORE);
  return apiChanges(buildSchema(BEFORE), buildSchema(after)).map(
    ({ severity, kind, coordinate }) => `${severity} ${kind} ${coordinate}`,
  );
}

describe('changes of the API', () => {
  it('are none where nothing changed', () => {
    expect(changes()).toEqual([]);
  });

  it.each<[string, string, string[]]>([
    ['title: String!', '', ['breaking field-removed Book.title']],
    ['title: String!', 'title: String! isbn: String', ['safe field-added Book.isbn']],
    ['title: String!', 'title: String', ['breaking field-type-changed Book.title']],
    ['title: String!', 'title: ID!', ['breaking field-type-changed Book.title']],
    ['tags: [String!]', 'tags: [String!]!', ['safe field-type-changed Book.tags']],
    ['tags: [String!]', 'tags: [String]', ['breaking field-type-changed Book.tags']],
    ['tags: [String!]', 'tags: String', ['breaking field-type-changed Book.tags']],
    ['tags: [String!]', 'tags: [String!] @deprecated(reason: "See labels.")', ['safe deprecation-added Book.tags']],
    ['from: Int,', '', ['breaking argument-removed Book.pages(from:)']],
    ['from: Int,', 'from: Int!,', ['breaking argument-made-required Book.pages(from:)']],
    [
      'from: Int,',
      'from: Int! = 1,',
      ['breaking argument-type-changed Book.pages(from:)', 'dangerous argument-default-changed Book.pages(from:)'],
    ],
    ['from: Int,', 'from: [Int],', ['breaking argument-type-changed Book.pages(from:)']],
    ['from: Int,', 'from: Int, odd: Boolean,', ['safe optional-argument-added Book.pages(odd:)']],
    ['from: Int,', 'from: Int, odd: Boolean!,', ['breaking required-argument-added Book.pages(odd:)']],
    ['to: Int = 9', 'to: Int = 8', ['dangerous argument-default-changed Book.pages(to:)']],
    ['only: Boolean! = true', 'only: Boolean!', ['breaking argument-made-required Book.pages(only:)']],
    ['only: Boolean! = true', 'only: Boolean = true', ['safe argument-type-changed Book.pages(only:)']],
    ['text: String', '', ['breaking input-field-removed Filter.text']],
    ['text: String', 'text: String!', ['breaking input-field-made-required Filter.text']],
    ['text: String', 'text: String exact: Boolean', ['safe optional-input-field-added Filter.exact']],
    ['text: String', 'text: String exact: Boolean!', ['breaking required-input-field-added Filter.exact']],
    ['sizes: [Int]', 'sizes: [Int!]', ['breaking input-field-type-changed Filter.sizes']],
    ['oldest: Int! = 3', 'oldest: Int = 3', ['safe input-field-type-changed Filter.oldest']],
    ['colour: Colour = RED', 'colour: Colour = BLUE', ['dangerous input-field-default-changed Filter.colour']],
    ['input Where {', 'input Where @oneOf {', ['breaking one-of-added Where']],
    ['GREEN BLUE', 'GREEN', ['breaking enum-value-removed Colour.BLUE']],
    ['GREEN BLUE', 'GREEN BLUE PINK', ['dangerous enum-value-added Colour.PINK']],
    ['Book | Author', 'Book', ['breaking union-member-removed Found']],
    ['Book | Author', 'Book | Author | Shelf', ['dangerous union-member-added Found']],
    ['Author implements Node & Named', 'Author implements Node', ['breaking interface-removed Author']],
    [
      'Book implements Node {',
      'Book implements Node & Named { name: String',
      ['dangerous interface-added Book', 'safe field-added Book.name'],
    ],
    ['https://example.com/instant', 'https://example.com/day', ['dangerous scalar-specification-changed Instant']],
    ['type Shelf { label: String }', 'union Shelf = Book', ['breaking type-kind-changed Shelf']],
    ['type Shelf', 'type Board { label: String } type Shelf', ['safe type-added Board']],
    [
      'type Shelf',
      'type Film implements Node { id: ID! } type Shelf',
      ['dangerous interface-added Film', 'safe type-added Film'],
    ],
    [
      'type Shelf',
      'interface Odd { id: ID! } type Film implements Odd { id: ID! } type Shelf',
      ['safe type-added Film', 'safe type-added Odd'],
    ],
    ['repeatable on', 'on', ['breaking directive-not-repeatable @cached']],
    ['FIELD | QUERY', 'FIELD', ['breaking directive-place-removed @cached']],
    ['seconds: Int = 5', 'seconds: Int!', ['breaking argument-made-required @cached(seconds:)']],
    ['directive @cached(seconds: Int = 5) repeatable on FIELD | QUERY', '', ['breaking directive-removed @cached']],
  ])('%s → %s', (from, to, expected) => {
    expect(changes([from, to]).sort()).toEqual([...expected].sort());
  });

  it('name a type that is gone, and the fields that returned it', () => {
    expect(changes(['type Shelf { label: String }', ''], ['shelf: Shelf', ''])).toEqual([
      'breaking type-removed Shelf',
      'breaking field-removed Query.shelf',
    ]);
  });

  it('are found wherever graphql-js finds one that breaks, or may', () => {
    const edits: [string, string][] = [
      ['title: String!', 'title: String'],
      ['from: Int,', ''],
      ['to: Int = 9', 'to: Int = 8, by: Int!'],
      ['Book | Author', 'Author | Shelf'],
      ['GREEN BLUE', 'GREEN PINK'],
      ['text: String', 'word: String!'],
      ['Author implements Node & Named', 'Author implements Named'],
      ['seconds: Int = 5', 'minutes: Int!'],
      ['type Shelf {', 'interface Shelf {'],
    ];
    const after = edits.reduce((text, [from, to]) => text.replace(from, to), BEFORE);
    const [old, now] = [buildSchema(BEFORE), buildSchema(after)];
    const ours = apiChanges(old, now);
    expect(ours.filter(({ severity }) => severity === 'breaking')).toHaveLength(findBreakingChanges(old, now).length);
    expect(ours.filter(({ severity }) => severity === 'dangerous')).toHaveLength(findDangerousChanges(old, now).length);
  });
});
