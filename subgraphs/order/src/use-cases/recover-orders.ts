import type { SagaContext } from '../context.ts';
import { Order } from '../domain/order.ts';
import { rejectIfLate } from './decide-order.ts';
import { driveOrder } from './drive-order.ts';
import { now, takeOver } from './lease.ts';

const BATCH = 20;

/**
 * Takes over orders that nobody drives any more and drives each as far as it goes. Returns true when there may be more.
 * `contextOf` makes a unit of work for each.
 */
export async function recoverOrders(contextOf: () => SagaContext): Promise<boolean> {
  const abandoned = await contextOf().em.find(
    Order,
    { leaseUntil: { $lte: now() } },
    { orderBy: { leaseUntil: 'asc' }, limit: BATCH, disableIdentityMap: true },
  );
  const results = await Promise.allSettled(abandoned.map((order) => recover(contextOf(), order)));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} orders could not be driven.`);
  return abandoned.length === BATCH;
}

async function recover(ctx: SagaContext, order: Order): Promise<void> {
  // Rejecting it has raised the fence; its releases are found in the next round.
  if (order.status === 'PENDING' && (await rejectIfLate(ctx, order.id))) return;
  const mine = await takeOver(ctx, order);
  if (mine === null) return;
  ctx.log.info({ orderId: mine.id, status: mine.status, fence: mine.fence }, 'Took over an order.');
  await driveOrder(ctx, mine);
}
