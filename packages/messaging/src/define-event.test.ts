import { z } from 'zod';
import { defineEvent } from './define-event.ts';

const CouponIssued = defineEvent({ type: 'coupon.issued', stream: 'COUPON', source: '/coupon', data: z.object({}) });

it('publishes under its type and the id it is about', () => {
  expect(CouponIssued.pattern).toBe('coupon.issued.*');
  expect(CouponIssued.wireSubject('01-ab')).toBe('coupon.issued.01-ab');
});

it.each(['', 'a.b', '*', '>', 'a b', 'a\n', 'x'.repeat(101)])('refuses %p as an id', (id) =>
  expect(() => CouponIssued.wireSubject(id)).toThrow(RangeError),
);
