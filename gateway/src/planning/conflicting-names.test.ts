import { expect, it } from '@jest/globals';
import { parse, print, stripIgnoredCharacters } from 'graphql';
import { separateConflictingNames } from './conflicting-names.ts';

function separated(text: string) {
  const { document, names } = separateConflictingNames(parse(text));
  return { text: stripIgnoredCharacters(print(document)), names: Object.fromEntries(names) };
}

it.each([
  [
    'of different fields',
    '{m{...on A{v:p}...on B{v:q}...on C{v:p}}}',
    '{m{...on A{v:p}...on B{client_1_v:q}...on C{v:p}}}',
    { client_1_v: 'v' },
  ],
  [
    'of one field with different arguments',
    '{m{...on A{p(n:1)}...on B{p(n:2)p(n:2)}}}',
    '{m{...on A{p(n:1)}...on B{client_1_p:p(n:2)client_1_p:p(n:2)}}}',
    { client_1_p: 'p' },
  ],
  [
    'below fields that are called the same',
    '{m{...on A{x{v:p}}...F}}fragment F on B{x{v:q}}',
    '{m{...on A{x{v:p}}...F}}fragment F on B{x{client_1_v:q}}',
    { client_1_v: 'v' },
  ],
  [
    'that a client has given already',
    '{client_1_v:n m{...on A{v:p}...on B{v:q}}}',
    '{client_1_v:n m{...on A{v:p}...on B{client_1_v_:q}}}',
    { client_1_v_: 'v' },
  ],
])('separates names %s', (_, text, expected, names) => {
  expect(separated(text)).toEqual({ text: expected, names });
});

it.each(['{a{v:p}b{v:q}}', '{m{...on A{v:p x:q}...on B{v:p}}v:q}', '{m{p(a:1 b:2)...on A{p(b:2 a:1)}}}'])(
  'leaves alone names that do not meet: %s',
  (text) => {
    expect(separated(text)).toEqual({ text, names: {} });
  },
);
