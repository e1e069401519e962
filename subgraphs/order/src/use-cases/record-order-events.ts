import type { EntityManager } from '@mikro-orm/mysql';
import { OrderCompleted, OrderStatusChanged, PaymentCompleted } from '@shop/contracts';
import { readyEvent, recordAll } from '@shop/messaging';
import type { Order } from '../domain/order.ts';
import type { Payment } from '../domain/payment.ts';
import type { FrozenLine } from '../domain/price.ts';

/** Everything that is said of an order that completes, in one statement. */
export function recordCompletion(
  em: EntityManager,
  order: Order,
  lines: FrozenLine[],
  payment: Payment,
  at: Date,
): Promise<void> {
  const { id: orderId, userId, couponId, subtotal, discount, total } = order;
  const { id: paymentId, method, amount } = payment;
  const [time, currencyCode] = [at.toISOString(), 'KRW'] as const;
  const completed = readyEvent(OrderCompleted, {
    subject: orderId,
    // An order completes once.
    aggregateVersion: 1,
    time: at,
    data: {
      ...{ orderId, userId, lines, subtotal, discount, total, currencyCode, completedAt: time },
      ...(couponId !== null && { couponId }),
    },
  });
  const paid = readyEvent(PaymentCompleted, {
    subject: orderId,
    time: at,
    data: { paymentId, orderId, userId, method, amount, currencyCode, paidAt: time },
  });
  return recordAll(em, [completed, statusOf(order, at), paid]);
}

export function recordStatus(em: EntityManager, order: Order, at: Date): Promise<void> {
  return recordAll(em, [statusOf(order, at)]);
}

function statusOf({ id: orderId, userId, status, statusVersion }: Order, at: Date) {
  return readyEvent(OrderStatusChanged, {
    subject: orderId,
    aggregateVersion: statusVersion,
    time: at,
    data: { orderId, userId, status, at: at.toISOString() },
  });
}
