import { Refusal } from '@shop/kernel';
import type { SagaContext } from '../context.ts';
import type { Order } from '../domain/order.ts';
import type { PlaceOrderErrorCode } from '../domain/place-order.errors.ts';
import { completeOrder, rejectIfLate, rejectOrder, TECHNICAL_REASON } from './decide-order.ts';
import { type Held, holdEverything } from './hold-everything.ts';
import { settleOrder } from './settle-order.ts';

/**
 * Takes an order from wherever it stands towards its end: decides it, then tells the participants. Whoever calls it
 * holds the order's lease. It can be begun again at any point: what was done is found done.
 */
export async function driveOrder(ctx: SagaContext, order: Order): Promise<void> {
  if (order.status === 'PENDING' && !(await decide(ctx, order))) return;
  await settleOrder(ctx, order);
}

/** False when the order is no longer this driver's. */
async function decide(ctx: SagaContext, order: Order): Promise<boolean> {
  let held: Held;
  try {
    held = await holdEverything(ctx, order);
  } catch (error) {
    if (isRefusal(error)) return rejectOrder(ctx, order, error.code, [...error.userErrors]);
    ctx.log.warn({ err: error, orderId: order.id }, 'An order could not have everything held in time.');
    return rejectOrder(ctx, order, TECHNICAL_REASON, null);
  }
  if (await completeOrder(ctx, order, held)) return true;
  await rejectIfLate(ctx, order.id);
  return false;
}

function isRefusal(error: unknown): error is Refusal<PlaceOrderErrorCode> {
  return error instanceof Refusal;
}
