import { Refusal } from '@shop/kernel';
import { failPoint } from '@shop/service-kit';
import type { SagaContext } from '../context.ts';
import type { Order } from '../domain/order.ts';
import type { Payment } from '../domain/payment.ts';
import type { PlaceOrderErrorCode } from '../domain/place-order.errors.ts';
import type { ProviderPayment } from '../payment-provider.ts';
import { paymentOf } from './ask-provider.ts';
import { completeOrder, rejectIfLate, rejectOrder, TECHNICAL_REASON } from './decide-order.ts';
import { drivePayment } from './drive-payment.ts';
import { type Held, holdEverything } from './hold-everything.ts';
import { authorise, awaitPayment, openPayment } from './request-payment.ts';
import { returnPayment } from './return-payment.ts';
import { settleOrder } from './settle-order.ts';

/**
 * Takes an order from wherever it stands towards its end: decides it, then tells the provider and the participants.
 * Whoever calls it holds the order's lease. It can be begun again at any point: what was done is found done.
 */
export async function driveOrder(ctx: SagaContext, order: Order): Promise<void> {
  const isNew = order.status === 'PENDING';
  if (isNew && !(await decide(ctx, order))) return;
  if (order.status === 'AWAITING_PAYMENT' && !(await drivePayment(ctx, order))) return;
  failPoint('order.decided');
  // First of all nobody pays any more for what is about to be given back. A new order's buyer has nowhere to pay, and has
  // waited for the provider long enough: there it is left to the worker.
  if (order.paymentIntent === 'RETURN' && !isNew) await returnPayment(ctx, order);
  await settleOrder(ctx, order);
}

/** False when there is nothing to settle: the order waits for its buyer, or is no longer this driver's. */
async function decide(ctx: SagaContext, order: Order): Promise<boolean> {
  // Then a driver before has come as far as the payment: everything is held.
  if (order.paymentIntent !== null) return requestPayment(ctx, order, await paymentOf(ctx, order), true);
  let held: Held;
  try {
    held = await holdEverything(ctx, order);
  } catch (error) {
    return rejectFor(ctx, order, error);
  }
  order.freeze(held.price);
  if (order.isPaidByCard()) {
    const payment = await openPayment(ctx, order, held);
    return payment !== null && requestPayment(ctx, order, payment, false);
  }
  return (await completeOrder(ctx, order, held)) || tooLate(ctx, order);
}

async function requestPayment(ctx: SagaContext, order: Order, payment: Payment, mayBeThere: boolean): Promise<boolean> {
  let opened: ProviderPayment;
  try {
    opened = await authorise(ctx, payment, { mayBeThere });
  } catch (error) {
    return rejectFor(ctx, order, error);
  }
  if (!(await awaitPayment(ctx, order, payment, opened))) await tooLate(ctx, order);
  return false;
}

async function rejectFor(ctx: SagaContext, order: Order, error: unknown): Promise<boolean> {
  if (isRefusal(error)) return rejectOrder(ctx, order, error.code, [...error.userErrors]);
  ctx.log.warn({ err: error, orderId: order.id }, 'An order could not have everything held, or paid, in time.');
  return rejectOrder(ctx, order, TECHNICAL_REASON, null);
}

async function tooLate(ctx: SagaContext, { id }: Order): Promise<false> {
  await rejectIfLate(ctx, { id, status: 'PENDING' });
  return false;
}

function isRefusal(error: unknown): error is Refusal<PlaceOrderErrorCode> {
  return error instanceof Refusal;
}
