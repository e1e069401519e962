import { describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { shapeOf } from './document-shape.ts';
import { inspectDocument } from './inspect-document.ts';

const limits = {
  maxTokens: 1_000,
  maxDepth: 20,
  maxFields: 100,
  maxAliases: 10,
  maxRootFields: 5,
  maxDirectives: 6,
  maxFieldDirectives: 3,
  mayIntrospect: true,
};

const refusedBy = (text: string, changed: Partial<typeof limits> = {}) =>
  inspectDocument(text, { ...limits, ...changed })?.guard ?? null;
const times = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');

describe('a document', () => {
  it.each([
    [
      'an ordinary one',
      'query Q($id: ID! = "x", $f: [F!] = [{ a: 1 }]) { a: book(id: $id, f: $f) @include(if: true) { id ...B } } fragment B on Book { t }',
    ],
    ['one with fields called like keywords', '{ query { fragment on: mutation subscription { on } } }'],
    ['strings full of braces', `{ a(x: "{{{{", y: """${'{'.repeat(50)}""") } # ${'{'.repeat(50)}`],
    ['one that cannot be read, which the parser says better', '{ a(x: "'],
    [
      'fragments in a small circle, which validation says better',
      '{ ...A } fragment A on Q { ...B } fragment B on Q { ...A }',
    ],
  ])('passes: %s', (_, text) => expect(refusedBy(text)).toBeNull());

  it.each([
    ['tokens', `{ ${times(1_001, () => 'a')} }`],
    ['depth', `${'{ a '.repeat(21)} ${'}'.repeat(21)}`],
    ['depth', `${'{ ... '.repeat(21)} { a } ${'}'.repeat(21)}`],
    ['depth', `{ a(x: ${'['.repeat(21)}${']'.repeat(21)}) }`],
    ['depth', `query ($x: ${'['.repeat(21)}Int${']'.repeat(21)}) { a }`],
    ['depth', `{ ...F0 } ${times(25, (i) => `fragment F${i} on Q { ...F${i + 1} }`)} fragment F25 on Q { a }`],
    ['depth', `{ ...F0 } ${times(25, (i) => `fragment F${i} on query { ...F${i + 1} }`)} fragment F25 on Q { a }`],
    ['depth', `{ ...F0 } ${times(25, (i) => `fragment F${i} on Q { ...F${(i + 1) % 25} }`)}`],
    ['fields', `{ x { ${times(101, () => 'a')} } }`],
    [
      'fields',
      `{ x { ...F0 } } ${times(8, (i) => `fragment F${i} on Q { ...F${i + 1} ...F${i + 1} }`)} fragment F8 on Q { a }`,
    ],
    ['aliases', `{ x { ${times(11, (i) => `a${i}: a`)} } }`],
    ['aliases', `{ x { ...F ...F ...F ...F } } fragment F on Q { a: b c: d e: f }`],
    ['root-fields', `mutation { ${times(6, (i) => `a${i}: a { x }`)} }`],
    ['root-fields', '{ ...F ... { a b c } } fragment F on Q { a b c }'],
    ['root-fields', 'query A { a } query B { a b c d e f }'],
    ['directives', `{ ${times(4, () => 'x { a @a @b }')} }`],
    ['directives', 'query @a @b @c @d { a }'],
    ['directives', '{ ... @a @b @c @d { a } }'],
  ])('is refused by its %s: %s', (guard, text) => expect(refusedBy(text)).toBe(guard));

  it('of ten thousand levels is refused without anybody’s stack being any the worse', () => {
    const levels = 10_000;
    for (const text of [
      `${'{ a '.repeat(levels)} ${'}'.repeat(levels)}`,
      `{ a(x: ${'['.repeat(levels)}`,
      `{ ...F0 } ${times(levels, (i) => `fragment F${i} on Q { ...F${i + 1} }`)}`,
      `{ ...F0 } ${times(levels, (i) => `fragment F${i} on Q { ...F${(i + 1) % levels} }`)}`,
    ]) {
      expect(refusedBy(text, { maxTokens: 1_000_000 })).toBe('depth');
    }
  });

  it('whose fragments would be 2^60 fields is measured at once', () => {
    const text = `{ ...F0 } ${times(60, (i) => `fragment F${i} on Q { ...F${i + 1} ...F${i + 1} }`)} fragment F60 on Q { a }`;
    expect(shapeOf(text, 10_000).fields).toBeGreaterThan(2 ** 60);
  });
});

describe('introspection', () => {
  it.each([
    '{ __schema { types { name } } }',
    '{ x: __type(name: "A") { name } }',
    '{ ...F } fragment F on Q { __schema { a } }',
  ])('is refused when it is off: %s', (text) => {
    expect(refusedBy(text, { mayIntrospect: false })).toBe('introspection');
    expect(refusedBy(text)).toBeNull();
  });

  it.each(['{ __typename a { __typename } }', '{ __schema: a, __type: b(name: "__schema") }'])('is not: %s', (text) =>
    expect(refusedBy(text, { mayIntrospect: false })).toBeNull(),
  );

  it('as GraphiQL does it fits the depth that is allowed by default', () => {
    expect(shapeOf(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }), 10_000).depth).toBe(18);
  });
});
