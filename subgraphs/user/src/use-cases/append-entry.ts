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
