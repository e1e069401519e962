import { transactional } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import { holdStatusOf, moveHold } from './move-hold.ts';

/** Turns the hold of an order into a deduction; asked again, says so again. */
export function confirmStock(
  ctx: Pick<ProductContext, 'em'>,
  { orderId }: { orderId: string },
): Promise<'CONFIRMED' | 'NOT_HELD'> {
  return transactional(ctx.em, async (em) => {
    if (await moveHold(em, orderId, 'CONFIRMED')) return 'CONFIRMED';
    const status = await holdStatusOf(em, orderId);
    return status === 'CONFIRMED' || status === 'RESTOCKED' ? 'CONFIRMED' : 'NOT_HELD';
  });
}
