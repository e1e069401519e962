import type { EntityManager } from '@mikro-orm/mysql';
import { Conflict } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import { appendEntryOfOrder } from './append-entry.ts';
import { readHold } from './hold-status.ts';

/** Gives back what a cancelled order spent, once, and returns how much that was. Throws Conflict while it is only held. */
export function refundPoints(em: EntityManager, orderId: string): Promise<number> {
  return transactional(em, async (inner) => {
    const { affectedRows } = await inner.execute<{ affectedRows: number }>(
      `UPDATE point_holds h JOIN point_accounts a ON a.user_id = h.user_id
          SET h.status = 'REFUNDED', h.changed_at = UTC_TIMESTAMP(3),
              a.balance = a.balance + h.amount, a.entry_count = a.entry_count + (h.amount > 0)
        WHERE h.order_id = ? AND h.status = 'CONFIRMED'`,
      [orderId],
      'run',
    );
    if (affectedRows > 0) await appendEntryOfOrder(inner, 'REFUND', orderId);
    const hold = await readHold(inner, orderId);
    if (hold?.status === 'HELD') throw new Conflict(`The points of order ${orderId} are held, not spent.`);
    return hold?.status === 'REFUNDED' ? hold.amount : 0;
  });
}
