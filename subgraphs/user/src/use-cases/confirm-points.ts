import { transactional } from '@shop/subgraph-kit';
import type { UserContext } from '../context.ts';
import { findSpend } from './find-spend.ts';
import { postTransfer } from './post-transfer.ts';

/** Spends what is held for an order, once: the pending transfer is posted. */
export function confirmPoints(
  ctx: Pick<UserContext, 'em'>,
  { orderId }: { orderId: string },
): Promise<'CONFIRMED' | 'NOT_HELD'> {
  return transactional(ctx.em, async (em) => {
    if (await postTransfer(em, orderId, 'SPEND')) return 'CONFIRMED';
    const spend = await findSpend(em, orderId);
    // A free order has nothing to post.
    return spend?.state === 'POSTED' || spend?.voidedBecause === 'FREE' ? 'CONFIRMED' : 'NOT_HELD';
  });
}
