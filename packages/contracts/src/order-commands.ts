import { defineCommand } from '@shop/messaging';
import { z } from 'zod';
import { id, time } from './fields.ts';

/**
 * Asked by a participant whose hold is past its time. The question itself rejects an order that is past its deadline;
 * PENDING comes with the deadline to ask again after. COMPLETED also stands for one that was cancelled afterwards, since
 * its confirms come before its undo; CANCELLED never completed. UNKNOWN: there is no such order, and never will be.
 */
export const OrderOutcome = defineCommand({
  subject: 'cmd.order.outcome',
  request: z.object({ orderId: id }),
  reply: z.object({
    outcome: z.enum(['COMPLETED', 'REJECTED', 'CANCELLED', 'PENDING', 'UNKNOWN']),
    deadline: time.optional(),
  }),
});
