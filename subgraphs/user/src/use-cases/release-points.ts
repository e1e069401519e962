import type { EntityManager } from '@mikro-orm/mysql';
import { transactional } from '@shop/subgraph-kit';
import { mustBeOrderId, readHold } from './hold-status.ts';

/** Gives back what is held for an order. Before the hold it leaves a tombstone, so that the late hold is refused. */
export function releasePoints(em: EntityManager, orderId: string): Promise<'RELEASED' | 'ALREADY_CONFIRMED'> {
  mustBeOrderId(orderId);
  return transactional(em, async (inner) => {
    if (await giveBack(inner, orderId)) return 'RELEASED';
    if ((await readHold(inner, orderId)) === null) {
      if (await leaveTombstone(inner, orderId)) return 'RELEASED';
      // The hold came between the two statements, and is committed now.
      if (await giveBack(inner, orderId)) return 'RELEASED';
    }
    const status = (await readHold(inner, orderId))?.status;
    return status === 'CONFIRMED' || status === 'REFUNDED' ? 'ALREADY_CONFIRMED' : 'RELEASED';
  });
}

async function giveBack(em: EntityManager, orderId: string): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE point_holds h JOIN point_accounts a ON a.user_id = h.user_id
        SET h.status = 'RELEASED', h.changed_at = UTC_TIMESTAMP(3), a.held = a.held - h.amount
      WHERE h.order_id = ? AND h.status = 'HELD'`,
    [orderId],
    'run',
  );
  return affectedRows > 0;
}

async function leaveTombstone(em: EntityManager, orderId: string): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO point_holds (order_id, user_id, amount, status, changed_at)
     VALUES (?, NULL, 0, 'RELEASED', UTC_TIMESTAMP(3))`,
    [orderId],
    'run',
  );
  return affectedRows > 0;
}
