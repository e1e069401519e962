import { expect, it } from '@jest/globals';
import { valuePathIn } from './value-path.ts';

it.each([
  ['{ books(first: 1, after: "x") { id } }', '"x"', 'after'],
  ['{ books(by: { kind: NEW, price: { min: 1, max: 2 }, title: "x" }) { id } }', '2', 'by.price.max'],
  ['{ books(by: { lines: [{ id: 1, count: 2 }, { id: 3, count: 4 }], key: "k" }) { id } }', '4', 'by.lines.count'],
])('names the inputs that a value is in, and none beside them: %s', (text, value, path) => {
  expect(valuePathIn(text, { line: 1, column: text.indexOf(value) + 1 })).toBe(path);
});
