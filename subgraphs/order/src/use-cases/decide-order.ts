import { type EntityData, type EntityManager, raw } from '@mikro-orm/mysql';
import { failPoint } from '@shop/service-kit';
import { transactional } from '@shop/subgraph-kit';
import type { SagaContext } from '../context.ts';
import { Order } from '../domain/order.ts';
import { OrderLine } from '../domain/order-line.ts';
import { isUndecided, type OrderStatus } from '../domain/order-status.ts';
import { Payment } from '../domain/payment.ts';
import type { PlaceOrderError } from '../domain/place-order.errors.ts';
import type { FrozenLine } from '../domain/price.ts';
import { loadLines } from '../reads/stored-orders.ts';
import type { Held } from './hold-everything.ts';
import { leaseFor, now } from './lease.ts';
import { recordCompletion, recordStatus } from './record-order-events.ts';

/** Why an order failed for a cause that is not the buyer's. */
export const TECHNICAL_REASON = 'TIMED_OUT';
/** The buyer has not paid in time. */
export const EXPIRED_REASON = 'PAYMENT_EXPIRED';

/**
 * The pivot: in one transaction the order is COMPLETED, its lines and payment are written and its events recorded.
 * False when it was no longer this driver's to decide, or too late by the database's clock.
 */
export async function completeOrder(ctx: SagaContext, order: Order, { lines, price }: Held): Promise<boolean> {
  const at = ctx.clock.now();
  order.freeze(price);
  order.complete(at);
  return transactional(ctx.em, async (em) => {
    if (!(await writeDecision(em, order, { from: 'PENDING', inTime: true }))) return false;
    const payment = Payment.atOnce(order, at);
    await insertLines(em, order.id, lines);
    await em.insert(Payment, payment);
    await recordCompletion(em, order, lines, payment, at);
    failPoint('order.pivot');
    return true;
  });
}

/**
 * The pivot of an order whose money the provider has captured. Past its deadline it still completes, as long as nobody
 * has rejected it: then its holds are held. False when it was no longer this driver's to decide.
 */
export async function completePaidOrder(ctx: SagaContext, order: Order, payment: Payment): Promise<boolean> {
  const at = ctx.clock.now();
  order.complete(at);
  return transactional(ctx.em, async (em) => {
    if (!(await writeDecision(em, order, { from: 'AWAITING_PAYMENT', also: leaseFor(ctx) }))) return false;
    await em.nativeUpdate(Payment, { id: payment.id }, { status: 'CAPTURED' });
    const [frozen] = await loadLines(em, [order.id]);
    await recordCompletion(em, order, frozen?.lines.map((line) => line.frozen()) ?? [], payment, at);
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
  const from = order.status;
  const at = ctx.clock.now();
  order.reject(reason, userErrors, at);
  return transactional(ctx.em, async (em) => {
    if (!(await writeDecision(em, order, { from, also: leaseFor(ctx) }))) return false;
    await failPayment(em, order);
    await recordStatus(em, order, at);
    return true;
  });
}

/**
 * Rejects an order that is past its deadline, whoever drives it; false when it is not, or has moved on. What may be held
 * or paid is left to the workers, at once.
 */
export async function rejectIfLate(ctx: SagaContext, { id, status }: Pick<Order, 'id' | 'status'>): Promise<boolean> {
  if (!isUndecided(status)) return false;
  return transactional(ctx.em, async (em) => {
    const rejected = await em.nativeUpdate(
      Order,
      { id, status, decideBy: { $lte: now() } },
      {
        status: 'REJECTED',
        reason: status === 'AWAITING_PAYMENT' ? EXPIRED_REASON : TECHNICAL_REASON,
        paymentIntent: raw("IF(payment_intent IS NULL, NULL, 'RETURN')"),
        statusVersion: raw('status_version + 1'),
        fence: raw('fence + 1'),
        attempts: 0,
        leaseOwner: null,
        leaseUntil: now(),
      },
    );
    if (rejected === 0) return false;
    const order = await em.findOneOrFail(Order, { id }, { disableIdentityMap: true });
    await failPayment(em, order);
    await recordStatus(em, order, ctx.clock.now());
    return true;
  });
}

interface Write {
  /** What it still is in the database. */
  from: OrderStatus;
  /** Only before its deadline, by the database's clock. */
  inTime?: boolean;
  /** Columns that an order in memory does not know: times of the database, such as a lease that begins anew. */
  also?: EntityData<Order>;
}

/** Nobody has decided the order before, and nobody has taken it over: both are checked where they are written. */
export async function writeDecision(em: EntityManager, order: Order, write: Write): Promise<boolean> {
  const { status, statusVersion, subtotal, discount, total, reason, userErrors, completedAt } = order;
  const { stockHold, couponHold, pointsHold, paymentIntent, steps } = order;
  const written = await em.nativeUpdate(
    Order,
    { id: order.id, status: write.from, fence: order.fence, ...(write.inTime && { decideBy: { $gt: now() } }) },
    {
      ...{ status, statusVersion, subtotal, discount, total, reason, userErrors, completedAt },
      ...{ stockHold, couponHold, pointsHold, paymentIntent, steps },
      ...write.also,
    },
  );
  return written === 1;
}

export async function insertLines(em: EntityManager, orderId: string, lines: readonly FrozenLine[]): Promise<void> {
  await em.insertMany(
    OrderLine,
    lines.map((line, position) => OrderLine.of(orderId, line, position)),
  );
}

/** An order that is given up before it was paid has a payment only when it is by card. */
export async function failPayment(em: EntityManager, { id, paymentIntent }: Order): Promise<void> {
  if (paymentIntent === null) return;
  await em.nativeUpdate(Payment, { orderId: id, status: 'PENDING' }, { status: 'FAILED' });
}
