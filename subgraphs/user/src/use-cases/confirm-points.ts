import type { EntityManager } from '@mikro-orm/mysql';
import { transactional } from '@shop/subgraph-kit';
import { findSpend } from './find-spend.ts';
import { postTransfer } from './post-transfer.ts';

/** Spends what is held for an order, once: the pending transfer is posted. */
export function confirmPoints(em: EntityManager, orderId: string): Promise<'CONFIRMED' | 'NOT_HELD'> {
  return transactional(em, async (inner) => {
    if (await postTransfer(inner, orderId, 'SPEND')) return 'CONFIRMED';
    const spend = await findSpend(inner, orderId);
    // A free order has nothing to post.
    return spend?.state === 'POSTED' || spend?.voidedBecause === 'FREE' ? 'CONFIRMED' : 'NOT_HELD';
  });
}
