import { defineEvent } from '@shop/messaging';
import { z } from 'zod';
import { amount, currencyCode, id, quantity, time } from './fields.ts';

const orderStatus = z.enum(['PENDING', 'AWAITING_PAYMENT', 'COMPLETED', 'REJECTED', 'CANCELLED']);
const order = { stream: 'ORDER', source: '/order' };

/** An order is paid: stock, points and coupon are taken. */
export const OrderCompleted = defineEvent({
  ...order,
  type: 'order.completed',
  data: z.object({
    orderId: id,
    userId: id,
    lines: z.array(z.object({ productId: id, productName: z.string(), quantity, unitPrice: amount })).min(1),
    subtotal: amount,
    discount: amount,
    total: amount,
    currencyCode,
    couponId: id.optional(),
    completedAt: time,
  }),
});

/** An order is cancelled and what it took is given back. */
export const OrderCancelled = defineEvent({
  ...order,
  type: 'order.cancelled',
  data: z.object({ orderId: id, userId: id, reason: z.string(), refundedPoints: amount, cancelledAt: time }),
});

/** An order has come to another status that its owner can see. */
export const OrderStatusChanged = defineEvent({
  ...order,
  type: 'order.status-changed',
  data: z.object({ orderId: id, userId: id, status: orderStatus, at: time }),
});
