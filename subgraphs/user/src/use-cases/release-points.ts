import type { EntityManager } from '@mikro-orm/mysql';
import { newId } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import type { UserContext } from '../context.ts';
import { findSpend, mustBeOrderId } from './find-spend.ts';

/** Gives back what is held for an order. Before the hold it leaves a tombstone, so that the late hold is refused. */
export function releasePoints(
  ctx: Pick<UserContext, 'em'>,
  { orderId }: { orderId: string },
): Promise<'RELEASED' | 'ALREADY_CONFIRMED'> {
  mustBeOrderId(orderId);
  return transactional(ctx.em, async (em) => {
    if (await voidPending(em, orderId)) return 'RELEASED';
    if (await leaveTombstone(em, orderId)) return 'RELEASED';
    const spend = await findSpend(em, orderId);
    // The hold came between the first two statements, and is committed now.
    if (spend?.state === 'PENDING' && (await voidPending(em, orderId))) return 'RELEASED';
    return spend?.state === 'POSTED' ? 'ALREADY_CONFIRMED' : 'RELEASED';
  });
}

async function voidPending(em: EntityManager, orderId: string): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE point_transfers t JOIN point_accounts a ON a.user_id = t.user_id
        SET t.state = 'VOIDED', t.voided_because = 'RELEASED', t.settled_at = UTC_TIMESTAMP(3), t.expires_at = NULL,
            a.pending = a.pending - t.amount
      WHERE t.order_id = ? AND t.kind = 'SPEND' AND t.state = 'PENDING'`,
    [orderId],
    'run',
  );
  return affectedRows > 0;
}

async function leaveTombstone(em: EntityManager, orderId: string): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO point_transfers
       (id, kind, state, voided_because, debit_account, credit_account, amount, order_id, created_at, settled_at)
     VALUES (?, 'SPEND', 'VOIDED', 'RELEASED', NULL, 'sales', 0, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [newId(), orderId],
    'run',
  );
  return affectedRows > 0;
}
