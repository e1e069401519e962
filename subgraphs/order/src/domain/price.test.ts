import fc from 'fast-check';
import { type FrozenLine, lineTotalOf, priceOf, subtotalOf } from './price.ts';

const line: fc.Arbitrary<FrozenLine> = fc.record({
  productId: fc.uuid(),
  productName: fc.string(),
  quantity: fc.integer({ min: 1, max: 1_000 }),
  unitPrice: fc.integer({ min: 0, max: 1_000_000_000 }),
});
const lines = fc.array(line, { minLength: 1, maxLength: 100 });
const discount = fc.integer({ min: -1_000_000, max: Number.MAX_SAFE_INTEGER });

it('has parts that sum to the whole', () =>
  fc.assert(
    fc.property(lines, discount, (of, off) => {
      const subtotal = subtotalOf(of);
      const price = priceOf(subtotal, off);
      expect(of.reduce((sum, one) => sum + lineTotalOf(one), 0)).toBe(price.subtotal);
      expect(price.discount + price.total).toBe(price.subtotal);
    }),
  ));

it('discounts never less than nothing and never more than the subtotal', () =>
  fc.assert(
    fc.property(lines, discount, (of, off) => {
      const price = priceOf(subtotalOf(of), off);
      expect(price.discount).toBeGreaterThanOrEqual(0);
      expect(price.discount).toBeLessThanOrEqual(price.subtotal);
      expect(price.total).toBeGreaterThanOrEqual(0);
    }),
  ));

it('costs the same in whatever order the lines come', () =>
  fc.assert(fc.property(lines, (of) => expect(subtotalOf(of.toReversed())).toBe(subtotalOf(of)))));

it('takes a discount that fits as it is', () =>
  expect(priceOf(10_000, 2_500)).toEqual({ subtotal: 10_000, discount: 2_500, total: 7_500 }));

it('refuses amounts that are no longer exact', () => {
  const dear = { productId: 'p', productName: 'Moon', quantity: 1_000, unitPrice: Number.MAX_SAFE_INTEGER };
  expect(() => subtotalOf([dear])).toThrow(RangeError);
});
