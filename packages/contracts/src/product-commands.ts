import { defineCommand } from '@shop/messaging';
import { z } from 'zod';
import { amount, currencyCode, expiresInSeconds, id, quantity, time } from './fields.ts';

const byOrder = z.object({ orderId: id });

/**
 * Sets stock aside for an order. The answer freezes names and prices; the same order asked again gets the same answer.
 * RELEASED_BEFORE: a release came first.
 */
export const HoldStock = defineCommand({
  subject: 'cmd.product.hold',
  request: z.object({
    orderId: id,
    userId: id,
    lines: z.array(z.object({ productId: id, quantity })).min(1),
    expiresInSeconds,
  }),
  reply: z.discriminatedUnion('outcome', [
    z.object({
      outcome: z.literal('HELD'),
      lines: z.array(z.object({ productId: id, productName: z.string(), quantity, unitPrice: amount })).min(1),
      currencyCode,
      expiresAt: time,
    }),
    z.object({
      outcome: z.literal('REFUSED'),
      problems: z
        .array(
          z.object({
            productId: id,
            problem: z.enum(['PRODUCT_NOT_FOUND', 'INSUFFICIENT_STOCK', 'RELEASED_BEFORE']),
            /** How many could be had. */
            available: z.int().nonnegative(),
          }),
        )
        .min(1),
    }),
  ]),
});

/** Turns the hold of an order into a deduction. NOT_HELD: there is no hold to confirm. */
export const ConfirmStock = defineCommand({
  subject: 'cmd.product.confirm',
  request: byOrder,
  reply: z.object({ outcome: z.enum(['CONFIRMED', 'NOT_HELD']) }),
});

/** Gives the hold of an order back; before the hold it leaves a tombstone. ALREADY_CONFIRMED: too late, restock instead. */
export const ReleaseStock = defineCommand({
  subject: 'cmd.product.release',
  request: byOrder,
  reply: z.object({ outcome: z.enum(['RELEASED', 'ALREADY_CONFIRMED']) }),
});

/** Puts what a cancelled order took back on the shelf, once. */
export const RestockProducts = defineCommand({
  subject: 'cmd.product.restock',
  request: byOrder,
  reply: z.object({ outcome: z.enum(['RESTOCKED', 'NOT_CONFIRMED']) }),
});
