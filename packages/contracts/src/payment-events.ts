import { defineEvent } from '@shop/messaging';
import { z } from 'zod';
import { amount, currencyCode, id, time } from './fields.ts';

/** Money or points have come in for an order. */
export const PaymentCompleted = defineEvent({
  type: 'payment.completed',
  stream: 'PAYMENT',
  source: '/order',
  data: z.object({
    paymentId: id,
    orderId: id,
    userId: id,
    method: z.enum(['POINTS', 'CARD']),
    amount,
    currencyCode,
    paidAt: time,
  }),
});
