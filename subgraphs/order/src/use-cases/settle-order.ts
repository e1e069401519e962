import { Conflict, DomainError } from '@shop/kernel';
import { failPoint } from '@shop/service-kit';
import type { SagaContext } from '../context.ts';
import type { Settlement } from '../domain/holds.ts';
import { Order } from '../domain/order.ts';
import { inSeconds, leaseFor } from './lease.ts';

const LONGEST_PAUSE_SECONDS = 10;

/**
 * Tells the participants what became of an order and remembers who has acknowledged it. What is not acknowledged in
 * time is left to the recovery worker, which tries for ever.
 */
export async function settleOrder(ctx: SagaContext, order: Order): Promise<void> {
  const endsAt = performance.now() + ctx.timing.settleWithinMs;
  for (;;) {
    const open = order.settlements();
    const acknowledged = await Promise.all(open.map((settlement) => settle(ctx, order, settlement, endsAt)));
    failPoint('order.told');
    const isDone = !acknowledged.includes(false) && order.paymentIntent === null;
    order.attempts = isDone ? 0 : order.attempts + 1;
    // Written before the next round: what an undo needs to know must not be lost with this process.
    if (!(await remember(ctx, order)) || !isDone || order.isSettled()) return;
  }
}

async function settle(ctx: SagaContext, order: Order, settlement: Settlement, endsAt: number): Promise<boolean> {
  const { participant, action } = settlement;
  try {
    const remainingMs = Math.max(1, Math.round(endsAt - performance.now()));
    await ctx.participants[participant][action](order.id, remainingMs);
    order.acknowledge(settlement, ctx.clock.now());
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // To wait mends what is away; books that disagree are for a person to mend.
    const level = error instanceof Conflict ? 'error' : 'warn';
    ctx.log[level]({ err: error, orderId: order.id, participant, action }, 'A settlement is not acknowledged yet.');
    order.record(`${action} ${participant}`, 'NOT_ACKNOWLEDGED', ctx.clock.now());
    return false;
  }
}

/** False when somebody has taken the order over. */
async function remember(ctx: SagaContext, order: Order): Promise<boolean> {
  const { id, fence, stockHold, couponHold, pointsHold, steps, attempts } = order;
  const written = await ctx.em.nativeUpdate(
    Order,
    { id, fence },
    { ...{ stockHold, couponHold, pointsHold, steps, attempts }, ...nextLease(ctx, order) },
  );
  return written === 1;
}

function nextLease(ctx: SagaContext, order: Order) {
  if (order.isSettled()) return { leaseOwner: null, leaseUntil: null };
  if (order.attempts === 0) return leaseFor(ctx);
  const pauseSeconds = Math.min(LONGEST_PAUSE_SECONDS, 2 ** Math.min(order.attempts - 1, 8));
  return { leaseOwner: null, leaseUntil: inSeconds(pauseSeconds) };
}
