import { transactional } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import { holdStatusOf, moveHold } from './move-hold.ts';

/** Puts back on the shelf what a cancelled order took, once. */
export function restockProducts(
  ctx: Pick<ProductContext, 'em'>,
  { orderId }: { orderId: string },
): Promise<'RESTOCKED' | 'NOT_CONFIRMED'> {
  return transactional(ctx.em, async (em) => {
    if (await moveHold(em, orderId, 'RESTOCKED')) return 'RESTOCKED';
    return (await holdStatusOf(em, orderId)) === 'RESTOCKED' ? 'RESTOCKED' : 'NOT_CONFIRMED';
  });
}
