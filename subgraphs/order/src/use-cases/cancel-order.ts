import { type EntityManager, raw } from '@mikro-orm/mysql';
import { OrderCancelled } from '@shop/contracts';
import { BadUserInput, isId } from '@shop/kernel';
import { recordEvent } from '@shop/messaging';
import { failPoint } from '@shop/service-kit';
import { transactional } from '@shop/subgraph-kit';
import type { OrderContext } from '../context.ts';
import { orderNotCancellable, orderNotFound } from '../domain/cancel-order.errors.ts';
import { Order } from '../domain/order.ts';
import { Payment } from '../domain/payment.ts';
import { findOrder } from '../reads/stored-orders.ts';
import { failPayment } from './decide-order.ts';
import { driveOrder } from './drive-order.ts';
import { leaseFor } from './lease.ts';
import { recordStatus } from './record-order-events.ts';

export interface CancelOrderRequest {
  orderId: string;
  reason?: string | null;
}

const LONGEST_REASON = 500;

/**
 * Cancels an order that is completed, and gives back what it took, or one that awaits its payment. An order is its own
 * idempotency key here: cancelling a cancelled order answers with it. Throws Refusal.
 */
export async function cancelOrder(ctx: OrderContext, { orderId, reason }: CancelOrderRequest): Promise<Order> {
  const viewerId = ctx.viewer.mustBeSignedIn();
  const because = reasonFrom(reason);
  const order = await findOwn(ctx, orderId);
  if (order.status === 'CANCELLED') return order;
  if (!order.canBecome('CANCELLED')) throw orderNotCancellable(order.status);
  const cancelled = await cancel(
    ctx,
    order.id,
    because ?? `CANCELLED_BY_${viewerId === order.userId ? 'BUYER' : 'ADMIN'}`,
  );
  failPoint('order.cancelled');
  if (cancelled !== null) await driveOrder(ctx, cancelled);
  // Whoever else cancelled it a moment ago: what counts is that it is cancelled.
  const now = await findOwn(ctx, orderId);
  if (now.status !== 'CANCELLED') throw orderNotCancellable(now.status);
  return now;
}

async function findOwn(ctx: OrderContext, orderId: string): Promise<Order> {
  const order = isId(orderId) ? await findOrder(ctx.em, orderId) : null;
  if (order === null || !ctx.viewer.maySee(order.userId)) throw orderNotFound();
  return order;
}

function reasonFrom(reason: string | null | undefined): string | null {
  if (reason === null || reason === undefined) return null;
  const trimmed = reason.trim();
  if (trimmed.length === 0 || trimmed.length > LONGEST_REASON) {
    throw new BadUserInput('reason', `reason must have 1 to ${LONGEST_REASON} characters.`);
  }
  return trimmed;
}

/** Null when somebody was faster. */
async function cancel(ctx: OrderContext, orderId: string, reason: string): Promise<Order | null> {
  const at = ctx.clock.now();
  return transactional(ctx.em, async (em) => {
    const cancelled = await em.nativeUpdate(
      Order,
      { id: orderId, status: { $in: ['COMPLETED', 'AWAITING_PAYMENT'] } },
      {
        ...{ status: 'CANCELLED', reason, cancelledAt: at, attempts: 0 },
        // Whether the money is on its way, captured or not even authorised: from now on it goes back.
        paymentIntent: raw("IF(payment_method = 'CARD' AND total > 0, 'RETURN', NULL)"),
        statusVersion: raw('status_version + 1'),
        // Whoever is still confirming, or capturing, has lost the lease; what it has not written down is found out again.
        fence: raw('fence + 1'),
        ...leaseFor(ctx),
      },
    );
    if (cancelled === 0) return null;
    const order = await em.findOneOrFail(Order, { id: orderId }, { disableIdentityMap: true });
    order.record('cancel', order.status, at);
    if (order.completedAt === null) await failPayment(em, order);
    // A card is refunded when its provider says so.
    else if (order.paymentIntent === null) await em.nativeUpdate(Payment, { orderId }, { status: 'REFUNDED' });
    await recordCancellation(em, order, at);
    return order;
  });
}

async function recordCancellation(em: EntityManager, order: Order, at: Date): Promise<void> {
  const { id: orderId, userId, paymentMethod, total } = order;
  await recordEvent(em, OrderCancelled, {
    subject: orderId,
    // An order is cancelled once.
    aggregateVersion: 1,
    time: at,
    data: {
      orderId,
      userId,
      reason: order.reason ?? '',
      refundedPoints: paymentMethod === 'POINTS' ? total : 0,
      cancelledAt: at.toISOString(),
    },
  });
  await recordStatus(em, order, at);
}
