import { type EntityManager, raw } from '@mikro-orm/mysql';
import { OrderCompleted, OrderStatusChanged, PaymentCompleted } from '@shop/contracts';
import { recordEvent } from '@shop/messaging';
import { transactional } from '@shop/subgraph-kit';
import type { SagaContext } from '../context.ts';
import { Order } from '../domain/order.ts';
import { OrderLine } from '../domain/order-line.ts';
import { Payment } from '../domain/payment.ts';
import type { PlaceOrderError } from '../domain/place-order.errors.ts';
import type { Held } from './hold-everything.ts';
import { now } from './lease.ts';

/** Why an order failed for a cause that is not the buyer's. */
export const TECHNICAL_REASON = 'TIMED_OUT';

/**
 * The pivot: in one transaction the order is COMPLETED, its lines and payment are written and its events recorded.
 * False when it was no longer this driver's to decide, or too late by the database's clock.
 */
export async function completeOrder(ctx: SagaContext, order: Order, { lines, price }: Held): Promise<boolean> {
  const at = ctx.clock.now();
  order.complete(price, at);
  return transactional(ctx.em, async (em) => {
    const inTime = { decideBy: { $gt: now() } };
    if (!(await writeDecision(em, order, inTime))) return false;
    const payment = Payment.byPoints(order, at);
    await em.insertMany(
      OrderLine,
      lines.map((line, position) => OrderLine.of(order.id, line, position)),
    );
    await em.insert(Payment, payment);
    await recordCompletion(em, order, lines, payment, at);
    return true;
  });
}

/** Ends an order that will take nothing. False when it was no longer this driver's to decide. */
export async function rejectOrder(
  ctx: SagaContext,
  order: Order,
  reason: string,
  userErrors: PlaceOrderError[] | null,
): Promise<boolean> {
  const at = ctx.clock.now();
  order.reject(reason, userErrors, at);
  return transactional(ctx.em, async (em) => {
    if (!(await writeDecision(em, order, {}))) return false;
    await recordStatus(em, order, at);
    return true;
  });
}

/**
 * Rejects an order that is past its deadline, whoever drives it; false when it is not, or decided. What may be held is
 * left to the recovery worker, at once.
 */
export async function rejectIfLate(ctx: SagaContext, orderId: string): Promise<boolean> {
  return transactional(ctx.em, async (em) => {
    const rejected = await em.nativeUpdate(
      Order,
      { id: orderId, status: 'PENDING', decideBy: { $lte: now() } },
      {
        status: 'REJECTED',
        reason: TECHNICAL_REASON,
        statusVersion: raw('status_version + 1'),
        fence: raw('fence + 1'),
        leaseOwner: null,
        leaseUntil: now(),
      },
    );
    if (rejected === 0) return false;
    const order = await em.findOneOrFail(Order, { id: orderId }, { disableIdentityMap: true });
    await recordStatus(em, order, ctx.clock.now());
    return true;
  });
}

/** Nobody has decided the order before, and nobody has taken it over: both are checked where they are written. */
async function writeDecision(em: EntityManager, order: Order, also: { decideBy?: object }): Promise<boolean> {
  const { status, statusVersion, subtotal, discount, total, reason, userErrors, completedAt } = order;
  const { stockHold, couponHold, pointsHold, steps } = order;
  const written = await em.nativeUpdate(
    Order,
    { id: order.id, status: 'PENDING', fence: order.fence, ...also },
    {
      ...{ status, statusVersion, subtotal, discount, total, reason, userErrors, completedAt },
      ...{ stockHold, couponHold, pointsHold, steps },
    },
  );
  return written === 1;
}

async function recordCompletion(
  em: EntityManager,
  order: Order,
  lines: Held['lines'],
  payment: Payment,
  at: Date,
): Promise<void> {
  const { id: orderId, userId, couponId, subtotal, discount, total } = order;
  const [time, currencyCode] = [at.toISOString(), 'KRW'] as const;
  await recordEvent(em, OrderCompleted, {
    subject: orderId,
    // An order completes once.
    aggregateVersion: 1,
    time: at,
    data: {
      ...{ orderId, userId, lines, subtotal, discount, total, currencyCode, completedAt: time },
      ...(couponId !== null && { couponId }),
    },
  });
  await recordStatus(em, order, at);
  const { id: paymentId, method, amount } = payment;
  await recordEvent(em, PaymentCompleted, {
    subject: orderId,
    time: at,
    data: { paymentId, orderId, userId, method, amount, currencyCode, paidAt: time },
  });
}

export function recordStatus(em: EntityManager, order: Order, at: Date): Promise<void> {
  const { id: orderId, userId, status, statusVersion } = order;
  return recordEvent(em, OrderStatusChanged, {
    subject: orderId,
    aggregateVersion: statusVersion,
    time: at,
    data: { orderId, userId, status, at: at.toISOString() },
  });
}
