import { defineEvent } from '@shop/messaging';
import { z } from 'zod';
import { amount, id, time } from './fields.ts';

const coupon = { stream: 'COUPON', source: '/coupon' };

/** A user has got a coupon; the subject is the user. */
export const CouponIssued = defineEvent({
  ...coupon,
  type: 'coupon.issued',
  data: z.object({
    userId: id,
    couponId: id,
    eventId: id,
    couponCode: z.string(),
    discountValue: amount,
    issuedAt: time,
  }),
});

/** The last coupon of an event is gone; `epoch` counts its sell-outs. */
export const CouponSoldOut = defineEvent({
  ...coupon,
  type: 'coupon.soldout',
  data: z.object({ eventId: id, eventTitle: z.string(), epoch: z.int().nonnegative(), soldOutAt: time }),
});

/** An event that was sold out has coupons again. */
export const CouponRestocked = defineEvent({
  ...coupon,
  type: 'coupon.restocked',
  data: z.object({ eventId: id, remaining: z.int().nonnegative() }),
});
