import type { EntityManager } from '@mikro-orm/mysql';
import { newId } from '@shop/kernel';
import type { PointEntry } from '../domain/points.ts';

/**
 * Writes the ledger's line for a change of balance that this transaction has just made. Its number and balance come
 * from the account's row, which is locked until the commit: lines are numbered in the order the balance changed.
 */
export async function appendEntry(
  em: EntityManager,
  { userId, kind, amount, orderId }: Pick<PointEntry, 'userId' | 'kind' | 'amount' | 'orderId'>,
): Promise<string> {
  const id = newId();
  await em.execute(
    `INSERT INTO point_entries (id, user_id, sequence, kind, amount, balance_after, order_id, occurred_at)
     SELECT ?, user_id, entry_count, ?, ?, balance, ?, UTC_TIMESTAMP(3) FROM point_accounts WHERE user_id = ?`,
    [id, kind, amount, orderId, userId],
  );
  return id;
}

/**
 * The same for what an order has spent or got back, which its hold says: a free order holds nothing, and the ledger has
 * no line for it.
 */
export async function appendEntryOfOrder(em: EntityManager, kind: 'SPEND' | 'REFUND', orderId: string): Promise<void> {
  await em.execute(
    `INSERT INTO point_entries (id, user_id, sequence, kind, amount, balance_after, order_id, occurred_at)
     SELECT ?, hold.user_id, account.entry_count, ?, hold.amount, account.balance, hold.order_id, UTC_TIMESTAMP(3)
       FROM point_holds AS hold JOIN point_accounts AS account ON account.user_id = hold.user_id
      WHERE hold.order_id = ? AND hold.amount > 0`,
    [newId(), kind, orderId],
  );
}
