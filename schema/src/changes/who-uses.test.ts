import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import type { Concern } from './change.ts';
import { usesOfOperations } from './operation-uses.ts';
import { whoUses } from './who-uses.ts';

const SCHEMA = buildSchema(`
  enum Colour { RED GREEN }
  enum Size { S M }
  input Inner { size: Size }
  input Outer { inner: Inner colour: Colour }
  union Found = Cup | Plate
  type Cup { colour: Colour }
  type Plate { width: Int }
  interface Named { name: String }
  type Person implements Named { name: String age: Int }
  type Query { named: Named found: Found paint(with: Outer, colour: Colour): Int }
`);

function certainty(text: string, concern: Concern) {
  const uses = usesOfOperations([{ name: 'Q', file: 'q', document: parse(text), hasPlace: true }], SCHEMA);
  return whoUses(SCHEMA, uses)(concern)?.map((user) => user.certainty);
}

describe('who uses', () => {
  it.each<[string, Concern, string, string[]]>([
    ['a field', { of: 'coordinate', coordinate: 'Plate.width' }, '{ found { ... on Plate { width } } }', ['certain']],
    ['a field of another', { of: 'coordinate', coordinate: 'Plate.width' }, '{ found { ... on Cup { colour } } }', []],
    ['an argument', { of: 'coordinate', coordinate: 'Query.paint(colour:)' }, '{ paint(colour: RED) }', ['certain']],
    [
      'a field in a literal',
      { of: 'coordinate', coordinate: 'Inner.size' },
      '{ paint(with: { inner: { size: S } }) }',
      ['certain'],
    ],
    [
      'a field in a variable',
      { of: 'coordinate', coordinate: 'Inner.size' },
      'query ($w: Outer) { paint(with: $w) }',
      ['in-variable'],
    ],
    ['an input type in a literal', { of: 'input', type: 'Inner' }, '{ paint(with: { inner: {} }) }', ['certain']],
    [
      'an input type in a variable',
      { of: 'input', type: 'Inner' },
      'query ($w: Outer) { paint(with: $w) }',
      ['in-variable'],
    ],
    ['an input type beside a literal', { of: 'input', type: 'Inner' }, '{ paint(with: { colour: RED }) }', []],
    ['a value in a literal', { of: 'enum-value', type: 'Colour', value: 'RED' }, '{ paint(colour: RED) }', ['certain']],
    ['a value beside a literal', { of: 'enum-value', type: 'Colour', value: 'GREEN' }, '{ paint(colour: RED) }', []],
    [
      'a value in a variable',
      { of: 'enum-value', type: 'Size', value: 'S' },
      'query ($w: Outer) { paint(with: $w) }',
      ['in-variable'],
    ],
    [
      'a value that may come back',
      { of: 'enum-value', type: 'Colour', value: 'RED' },
      '{ found { ... on Cup { colour } } }',
      ['certain'],
    ],
    ['a type that is returned', { of: 'output', type: 'Found' }, '{ found { __typename } }', ['certain']],
    [
      'a member that is told apart',
      { of: 'member', abstract: 'Found', type: 'Cup' },
      '{ found { ... on Cup { colour } } }',
      ['certain'],
    ],
    [
      'a member that may come',
      { of: 'member', abstract: 'Found', type: 'Cup' },
      '{ found { ... on Plate { width } } }',
      ['in-answer'],
    ],
    ['a field by an interface', { of: 'field', type: 'Person', field: 'name' }, '{ named { name } }', ['in-answer']],
    [
      'a field by its own type',
      { of: 'field', type: 'Person', field: 'name' },
      '{ named { ... on Person { name } } }',
      ['certain'],
    ],
    ['a field beside what an interface has', { of: 'field', type: 'Person', field: 'age' }, '{ named { name } }', []],
    ['a type by an interface', { of: 'type', type: 'Person' }, '{ named { name } }', ['in-answer']],
    ['a type by a union', { of: 'type', type: 'Plate' }, '{ found { __typename } }', ['in-answer']],
    ['a type in a variable', { of: 'type', type: 'Inner' }, 'query ($w: Outer) { paint(with: $w) }', ['in-variable']],
    ['a type elsewhere', { of: 'type', type: 'Plate' }, '{ paint }', []],
  ])('%s', (_, concern, text, expected) => {
    expect(certainty(text, concern)).toEqual(expected);
  });

  it('what is between services is not for clients to say', () => {
    expect(certainty('{ paint }', { of: 'services' })).toBeUndefined();
  });
});
