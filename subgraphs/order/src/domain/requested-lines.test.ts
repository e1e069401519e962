import { BadUserInput, newId, Refusal } from '@shop/kernel';
import fc from 'fast-check';
import { lineOf, MOST_LINES, type RequestedLine, sumLines } from './requested-lines.ts';

const [a, b] = [newId(), newId()];
const of = (productId: string, quantity: number): RequestedLine => ({ productId, quantity });
const line = fc.record({ productId: fc.constantFrom(a, b, newId()), quantity: fc.integer({ min: 1, max: 10 }) });

function refusalOf(lines: RequestedLine[]) {
  try {
    sumLines(lines);
  } catch (error) {
    if (error instanceof Refusal) return error.userErrors;
    throw error;
  }
  throw new Error('The lines were accepted.');
}

it('sums the lines of a product at the place of the first', () =>
  expect(sumLines([of(a, 2), of(b, 1), of(a, 3)])).toEqual([of(a, 5), of(b, 1)]));

it('loses and invents nothing', () =>
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: MOST_LINES }), (lines) => {
      const summed = sumLines(lines);
      const count = (some: RequestedLine[]) => some.reduce((sum, { quantity }) => sum + quantity, 0);
      expect(count(summed)).toBe(count(lines));
      expect(new Set(summed.map(({ productId }) => productId)).size).toBe(summed.length);
    }),
  ));

it.each([
  ['nothing', [], 'EMPTY_ORDER', ['input', 'lines']],
  ['a quantity of 0', [of(a, 0)], 'QUANTITY_INVALID', ['input', 'lines', '0', 'quantity']],
  ['a negative quantity', [of(a, 5), of(a, -1)], 'QUANTITY_INVALID', ['input', 'lines', '1', 'quantity']],
  ['a quantity beyond bounds', [of(a, 1), of(b, 1_001)], 'QUANTITY_INVALID', ['input', 'lines', '1', 'quantity']],
  ['a sum beyond bounds', [of(a, 600), of(b, 1), of(a, 401)], 'QUANTITY_INVALID', ['input', 'lines', '2', 'quantity']],
  ['no product at all', [of('', 1)], 'PRODUCT_NOT_FOUND', ['input', 'lines', '0', 'productId']],
  ['a huge product id', [of('x'.repeat(100_000), 1)], 'PRODUCT_NOT_FOUND', ['input', 'lines', '0', 'productId']],
])('refuses %s', (_what, lines, code, path) => expect(refusalOf(lines)).toMatchObject([{ code, path }]));

it('names every line that is wrong', () =>
  expect(refusalOf([of(a, 0), of(b, 1), of('x', 1)]).map(({ path }) => path?.[2])).toEqual(['0', '2']));

it('takes a hundred lines and no more', () => {
  const lines = Array.from({ length: MOST_LINES }, () => of(newId(), 1));
  expect(sumLines(lines)).toHaveLength(MOST_LINES);
  expect(() => sumLines([...lines, of(a, 1)])).toThrow(BadUserInput);
});

it('finds the line a product was first asked for', () => expect(lineOf([of(a, 1), of(b, 1), of(b, 2)], b)).toBe(1));
