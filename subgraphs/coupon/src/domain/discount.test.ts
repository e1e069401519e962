import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Discount, discountOn } from './discount.ts';

const subtotal = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const discount: fc.Arbitrary<Discount> = fc.oneof(
  fc.record({ type: fc.constant('PERCENTAGE' as const), value: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ type: fc.constant('FIXED' as const), value: fc.integer({ min: 1, max: 1_000_000_000 }) }),
);

describe('a discount', () => {
  it.each([
    [10_005, { type: 'PERCENTAGE', value: 10 }, 1_000],
    [99, { type: 'PERCENTAGE', value: 1 }, 0],
    [12_345, { type: 'PERCENTAGE', value: 100 }, 12_345],
    [10_000, { type: 'FIXED', value: 3_000 }, 3_000],
    [2_999, { type: 'FIXED', value: 3_000 }, 2_999],
    [0, { type: 'FIXED', value: 3_000 }, 0],
  ] as const)('on %i of %j is %i', (amount, given, expected) => {
    expect(discountOn(amount, given)).toBe(expected);
  });

  it('is a whole amount between nothing and the subtotal', () => {
    fc.assert(
      fc.property(subtotal, discount, (amount, given) => {
        const off = discountOn(amount, given);
        expect(Number.isSafeInteger(off) && off >= 0 && off <= amount).toBe(true);
      }),
    );
  });

  it('of a percentage is never rounded up, and by less than one down', () => {
    fc.assert(
      fc.property(subtotal, fc.integer({ min: 1, max: 100 }), (amount, value) => {
        const remainder =
          BigInt(amount) * BigInt(value) - BigInt(discountOn(amount, { type: 'PERCENTAGE', value })) * 100n;
        expect(remainder >= 0n && remainder < 100n).toBe(true);
      }),
    );
  });

  it('never shrinks when the subtotal grows', () => {
    fc.assert(
      fc.property(subtotal, subtotal, discount, (a, b, given) => {
        expect(discountOn(Math.min(a, b), given)).toBeLessThanOrEqual(discountOn(Math.max(a, b), given));
      }),
    );
  });
});
