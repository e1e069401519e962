import { isId } from '@shop/kernel';
import type { SagaContext } from '../context.ts';
import { findOrder } from '../reads/stored-orders.ts';
import { rejectIfLate } from './decide-order.ts';

export type Outcome =
  | { outcome: 'COMPLETED' | 'REJECTED' | 'CANCELLED' | 'UNKNOWN' }
  | { outcome: 'PENDING'; deadline: string };

/** Tells a participant what became of an order it holds something for; the question itself decides a late one. */
export async function answerOutcome(ctx: SagaContext, orderId: string): Promise<Outcome> {
  if (!isId(orderId)) return { outcome: 'UNKNOWN' };
  const order = await findOrder(ctx.em, orderId);
  // An order is stored before anything is held for it: what is not there never will be.
  if (order === null) return { outcome: 'UNKNOWN' };
  if (await rejectIfLate(ctx, order)) return { outcome: 'REJECTED' };
  // Cancelled since, it still has every hold confirmed before it is undone: one released here could be neither.
  if (order.completedAt !== null) return { outcome: 'COMPLETED' };
  if (order.status !== 'PENDING' && order.status !== 'AWAITING_PAYMENT') return { outcome: order.status };
  return { outcome: 'PENDING', deadline: order.decideBy.toISOString() };
}
