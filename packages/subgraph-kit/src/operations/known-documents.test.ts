import { expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { createKnownDocuments } from './known-documents.ts';

const schema = buildSchema('type Query { a: Int b: Int c: Int }');
const ROOM_FOR_TWO = 3_000;

it('reads a text once', () => {
  const know = createKnownDocuments(schema);
  expect(know('{ a }')).toBe(know('{ a }'));
  expect(know('{ a }')).not.toBe(know('{ b }'));
});

it('forgets what was not asked for for longest when there is no room for more', () => {
  const know = createKnownDocuments(schema, ROOM_FOR_TWO);
  const [a, b] = [know('{ a }'), know('{ b }')];
  expect(know('{ a }')).toBe(a);
  know('{ c }');
  expect(know('{ a }')).toBe(a);
  expect(know('{ b }')).not.toBe(b);
});

it('does not give up what it knows for a text that has no room at all', () => {
  const know = createKnownDocuments(schema, ROOM_FOR_TWO);
  const a = know('{ a }');
  know(`{ a } # ${'x'.repeat(100)}`);
  expect(know('{ a }')).toBe(a);
});

it('says what is wrong with a text each time it is asked', () => {
  const know = createKnownDocuments(schema);
  for (const _time of [1, 2]) {
    expect(know('{ d }')).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect(know('{')).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  }
});

it('refuses a text that is nested deeper than it can be read', () => {
  expect(createKnownDocuments(schema)('{ a'.repeat(100_000))).toMatchObject([
    { message: 'The operation is nested too deeply.', extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
  ]);
});
