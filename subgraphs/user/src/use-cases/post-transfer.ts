import type { EntityManager } from '@mikro-orm/mysql';

/**
 * Posts an order's pending transfer: moves the balance, then writes down how it stands. False when nothing is pending.
 * It takes two statements because MySQL promises no order between the assignments to two tables. The first also writes
 * to the transfer, so as to lock it exclusively before the account; what is being posted no longer expires anyway.
 */
export async function postTransfer(em: EntityManager, orderId: string, kind: 'SPEND' | 'REFUND'): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE point_transfers t JOIN point_accounts a ON a.user_id = t.user_id
        SET t.expires_at = NULL, a.entry_count = a.entry_count + 1,
            a.balance = a.balance + IF(t.credit_account = a.user_id, t.amount, -t.amount),
            a.pending = a.pending - IF(t.credit_account = a.user_id, 0, t.amount)
      WHERE t.order_id = ? AND t.kind = ? AND t.state = 'PENDING'`,
    [orderId, kind],
    'run',
  );
  if (affectedRows === 0) return false;
  await em.execute(
    `UPDATE point_transfers t JOIN point_accounts a ON a.user_id = t.user_id
        SET t.state = 'POSTED', t.settled_at = UTC_TIMESTAMP(3),
            t.sequence = a.entry_count, t.balance_after = a.balance
      WHERE t.order_id = ? AND t.kind = ? AND t.state = 'PENDING'`,
    [orderId, kind],
  );
  return true;
}
