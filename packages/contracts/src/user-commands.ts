import { defineCommand } from '@shop/messaging';
import { z } from 'zod';
import { amount, expiresInSeconds, id } from './fields.ts';

const byOrder = z.object({ orderId: id });

/** Sets points aside for an order; the same order asked again gets the same answer. RELEASED_BEFORE: a release came first. */
export const HoldPoints = defineCommand({
  subject: 'cmd.user.points.hold',
  request: z.object({ orderId: id, userId: id, amount, expiresInSeconds }),
  reply: z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('HELD'), balance: amount }),
    z.object({
      outcome: z.literal('REFUSED'),
      problem: z.enum(['INSUFFICIENT_POINTS', 'RELEASED_BEFORE']),
      /** How many points fall short. */
      missing: amount,
    }),
  ]),
});

/** Spends the points held for an order. NOT_HELD: there is no hold to confirm. */
export const ConfirmPoints = defineCommand({
  subject: 'cmd.user.points.confirm',
  request: byOrder,
  reply: z.object({ outcome: z.enum(['CONFIRMED', 'NOT_HELD']) }),
});

/** Gives held points back; before the hold it leaves a tombstone. ALREADY_CONFIRMED: too late, refund instead. */
export const ReleasePoints = defineCommand({
  subject: 'cmd.user.points.release',
  request: byOrder,
  reply: z.object({ outcome: z.enum(['RELEASED', 'ALREADY_CONFIRMED']) }),
});

/** Refunds what a cancelled order spent, once; `refunded` is the same however often it is asked. */
export const RefundPoints = defineCommand({
  subject: 'cmd.user.points.refund',
  request: byOrder,
  reply: z.object({ refunded: amount }),
});
