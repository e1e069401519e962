import type { EntityManager } from '@mikro-orm/mysql';
import { transactional } from '@shop/subgraph-kit';
import { appendEntryOfOrder } from './append-entry.ts';
import { readHold } from './hold-status.ts';

/** Spends what is held for an order, once: balance, hold and ledger change together. */
export function confirmPoints(em: EntityManager, orderId: string): Promise<'CONFIRMED' | 'NOT_HELD'> {
  return transactional(em, async (inner) => {
    const { affectedRows } = await inner.execute<{ affectedRows: number }>(
      `UPDATE point_holds h JOIN point_accounts a ON a.user_id = h.user_id
          SET h.status = 'CONFIRMED', h.changed_at = UTC_TIMESTAMP(3),
              a.balance = a.balance - h.amount, a.held = a.held - h.amount,
              a.entry_count = a.entry_count + (h.amount > 0)
        WHERE h.order_id = ? AND h.status = 'HELD'`,
      [orderId],
      'run',
    );
    if (affectedRows === 0) {
      const hold = await readHold(inner, orderId);
      return hold?.status === 'CONFIRMED' || hold?.status === 'REFUNDED' ? 'CONFIRMED' : 'NOT_HELD';
    }
    await appendEntryOfOrder(inner, 'SPEND', orderId);
    return 'CONFIRMED';
  });
}
