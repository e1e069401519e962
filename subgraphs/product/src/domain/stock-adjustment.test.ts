import { BadUserInput } from '@shop/kernel';
import { mustBeAdjustment, whyNotAdjusted } from './stock-adjustment.ts';

const productId = 'p';
const stock = { onHand: 10, held: 4 };

it.each([
  ['no product', { productId, delta: 1 }, null, 'PRODUCT_NOT_FOUND'],
  ['another count', { productId, delta: 1, expectedOnHand: 9 }, stock, 'STOCK_CHANGED'],
  ['another count, before anything else', { productId, delta: -9, expectedOnHand: 9 }, stock, 'STOCK_CHANGED'],
  ['held units', { productId, delta: -7 }, stock, 'BELOW_HELD'],
  ['held units, as expected', { productId, delta: -7, expectedOnHand: 10 }, stock, 'BELOW_HELD'],
  ['a count that has changed back', { productId, delta: -6 }, stock, 'STOCK_CHANGED'],
])('refuses because of %s', (_why, adjustment, current, code) => {
  expect(whyNotAdjusted(adjustment, current).code).toBe(code);
});

it('names delta when the shelf would overflow', () => {
  expect(() => whyNotAdjusted({ productId, delta: 1_000_000_000 }, stock)).toThrow(BadUserInput);
});

it.each([
  [{ productId, delta: 0 }, 'delta'],
  [{ productId, delta: 2_000_000_000 }, 'delta'],
  [{ productId, delta: -2_000_000_000 }, 'delta'],
  [{ productId, delta: 1, expectedOnHand: -1 }, 'expectedOnHand'],
])('refuses %p by its field', (adjustment, field) => {
  expect(() => mustBeAdjustment(adjustment)).toThrow(expect.objectContaining({ field }));
});
