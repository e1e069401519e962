import type { SagaContext } from '../context.ts';
import { Order } from '../domain/order.ts';
import { rejectIfLate } from './decide-order.ts';
import { driveOrder } from './drive-order.ts';
import { due, takeOver } from './lease.ts';

const BATCH = 20;

/** Whether they have something open at the payment provider: those wait for it, and must not keep the others waiting. */
export type Recovered = 'unpaid' | 'others';

/**
 * Takes over orders that nobody drives any more and drives each as far as it goes. Returns true when there may be more.
 * `contextOf` makes a unit of work for each.
 */
export async function recoverOrders(contextOf: () => SagaContext, which: Recovered): Promise<boolean> {
  const abandoned = await contextOf().em.find(
    Order,
    { ...due(), paymentIntent: which === 'unpaid' ? { $ne: null } : null },
    { orderBy: { leaseUntil: 'asc' }, limit: BATCH, disableIdentityMap: true },
  );
  const results = await Promise.allSettled(abandoned.map((order) => recover(contextOf(), order)));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} orders could not be driven.`);
  return abandoned.length === BATCH;
}

async function recover(ctx: SagaContext, order: Order): Promise<void> {
  // Rejecting it has raised the fence; its releases are found in the next round.
  if (await rejectIfLate(ctx, order)) return;
  const mine = await takeOver(ctx, order);
  if (mine === null) return;
  // Without an owner it was left for now, as agreed.
  if (order.leaseOwner !== null) {
    ctx.log.info({ orderId: mine.id, status: mine.status, fence: mine.fence }, 'Took over an order.');
  }
  await driveOrder(ctx, mine);
}
