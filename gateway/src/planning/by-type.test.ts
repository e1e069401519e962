import { expect, it } from '@jest/globals';
import { buildSchema, parse, print, stripIgnoredCharacters, validate } from 'graphql';
import { writtenByType } from './by-type.ts';

const schema = buildSchema(/* GraphQL */ `
  type Query { one: Thing any: Any book: Book }
  interface Thing { id: ID next(n: Int): Thing }
  type Book implements Thing { id: ID next(n: Int): Thing pages: Int }
  type Film implements Thing { id: ID next(n: Int): Thing length: Int }
  union Any = Book | Note
  type Note { text: String }
`);

function written(text: string): string {
  const document = writtenByType(parse(text, { noLocation: true }), schema);
  expect(validate(schema, document)).toEqual([]);
  return stripIgnoredCharacters(print(document));
}

it.each([
  ['{ one { id } }', '{one{__typename ...on Book{id}...on Film{id}}}'],
  ['{ book { id pages } }', '{book{id pages}}'],
  [
    '{ any { ... on Book { id } ... on Note { text } } }',
    '{any{__typename ...on Book{...on Book{id}}...on Note{...on Note{text}}}}',
  ],
  ['{ any { ...T } } fragment T on Thing { id }', '{any{__typename ...on Book{...on Book{id}}}}'],
  [
    'query ($n: Int, $y: Boolean = true) { a: one { next(n: $n) @include(if: $y) { ... on Film @skip(if: $y) { length } } } }',
    'query($n:Int$y:Boolean=true){a:one{__typename ...on Book{next(n:$n)@include(if:$y){__typename ...on Film{...on Film@skip(if:$y){length}}}}...on Film{next(n:$n)@include(if:$y){__typename ...on Film{...on Film@skip(if:$y){length}}}}}}',
  ],
  ['{ one { __typename } }', '{one{__typename ...on Book{__typename}...on Film{__typename}}}'],
])('names the types that may be where an interface or a union is: %s', (text, expected) => {
  expect(written(text)).toBe(expected);
});

it('gives up what would become too long', () => {
  const deep = (levels: number): string => (levels === 0 ? '{ id }' : `{ next ${deep(levels - 1)} }`);
  expect(() => written(`{ one ${deep(20)} }`)).toThrow('too long');
});
