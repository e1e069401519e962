import { Conflict, newId } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import type { UserContext } from '../context.ts';
import { findSpend } from './find-spend.ts';
import { postTransfer } from './post-transfer.ts';

/**
 * Gives back what a cancelled order spent, once, and returns how much that was: by a transfer of its own the other way,
 * because what is posted is never altered. Throws Conflict while it is only held.
 */
export function refundPoints(ctx: Pick<UserContext, 'em'>, { orderId }: { orderId: string }): Promise<number> {
  return transactional(ctx.em, async (em) => {
    const spend = await findSpend(em, orderId);
    if (spend?.state === 'PENDING') throw new Conflict(`The points of order ${orderId} are held, not spent.`);
    if (spend?.state !== 'POSTED') return 0;
    const { affectedRows: isNew } = await em.execute<{ affectedRows: number }>(
      `INSERT IGNORE INTO point_transfers
         (id, kind, state, debit_account, credit_account, amount, order_id, created_at)
       SELECT ?, 'REFUND', 'PENDING', credit_account, debit_account, amount, order_id, UTC_TIMESTAMP(3)
         FROM point_transfers WHERE order_id = ? AND kind = 'SPEND'`,
      [newId(), orderId],
      'run',
    );
    if (isNew > 0) await postTransfer(em, orderId, 'REFUND');
    return spend.amount;
  });
}
