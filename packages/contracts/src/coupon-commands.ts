import { defineCommand } from '@shop/messaging';
import { z } from 'zod';
import { amount, currencyCode, expiresInSeconds, id } from './fields.ts';

const byOrder = z.object({ orderId: id });

/**
 * Sets a coupon aside for an order and says what it takes off the subtotal; the same order asked again gets the same
 * answer. RELEASED_BEFORE: a release came first.
 */
export const HoldCoupon = defineCommand({
  subject: 'cmd.coupon.hold',
  request: z.object({ orderId: id, userId: id, couponId: id, subtotal: amount, expiresInSeconds }),
  reply: z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('HELD'), discount: amount, currencyCode }),
    z.object({
      outcome: z.literal('REFUSED'),
      problem: z.enum(['COUPON_NOT_FOUND', 'COUPON_NOT_USABLE', 'COUPON_MINIMUM_NOT_MET', 'RELEASED_BEFORE']),
    }),
  ]),
});

/** Uses the coupon held for an order. NOT_HELD: there is no hold to confirm. */
export const ConfirmCoupon = defineCommand({
  subject: 'cmd.coupon.confirm',
  request: byOrder,
  reply: z.object({ outcome: z.enum(['CONFIRMED', 'NOT_HELD']) }),
});

/** Gives the hold back; before the hold it leaves a tombstone. ALREADY_CONFIRMED: too late, restore instead. */
export const ReleaseCoupon = defineCommand({
  subject: 'cmd.coupon.release',
  request: byOrder,
  reply: z.object({ outcome: z.enum(['RELEASED', 'ALREADY_CONFIRMED']) }),
});

/** Gives the coupon of a cancelled order back to its owner, once, unless it has expired meanwhile. */
export const RestoreCoupon = defineCommand({
  subject: 'cmd.coupon.restore',
  request: byOrder,
  reply: z.object({ outcome: z.enum(['RESTORED', 'EXPIRED', 'NOT_CONFIRMED']) }),
});
