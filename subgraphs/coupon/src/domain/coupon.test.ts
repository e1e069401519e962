import { describe, expect, it } from '@jest/globals';
import { Coupon } from './coupon.ts';
import { couponCode } from './coupon-code.ts';

const issuedAt = new Date('2026-03-01T10:00:00.000Z');

function aCoupon(more: Partial<Coupon> = {}): Coupon {
  const coupon = Coupon.issued({
    ...{ id: 'a', eventId: 'b', userId: 'c', slot: 1, code: 'WELCOME-00000000', requestId: 'd', sequence: 1 },
    ...{ discountType: 'FIXED', discountValue: 1_000, minPurchaseAmount: 0, issuedAt, validDays: 30 },
  });
  return Object.assign(coupon, more);
}

describe('a coupon', () => {
  it('is valid for as many days as its event says, and then expired', () => {
    const coupon = aCoupon();
    expect(coupon.expiresAt).toEqual(new Date('2026-03-31T10:00:00.000Z'));
    expect(coupon.status(new Date('2026-03-31T09:59:59.999Z'))).toBe('ACTIVE');
    expect(coupon.status(coupon.expiresAt)).toBe('EXPIRED');
  });

  it.each(['HELD', 'USED'] as const)('that is %s does not expire', (state) => {
    expect(aCoupon({ state }).status(new Date('2030-01-01T00:00:00.000Z'))).toBe(state);
  });
});

describe('a code', () => {
  it('is its prefix and eight characters that nobody misreads, each time others', () => {
    const codes = Array.from({ length: 1_000 }, () => couponCode('WELCOME'));
    expect(codes.every((code) => /^WELCOME-[0-9A-HJKMNP-TV-Z]{8}$/.test(code))).toBe(true);
    expect(new Set(codes).size).toBe(1_000);
  });

  it('fits its column with the longest prefix', () => {
    expect(couponCode('A'.repeat(20)).length).toBeLessThanOrEqual(50);
  });
});
