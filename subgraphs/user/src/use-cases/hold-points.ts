import type { EntityManager } from '@mikro-orm/mysql';
import { Conflict } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import { mustBeOrderId } from './hold-status.ts';

export interface HoldRequest {
  orderId: string;
  userId: string;
  amount: number;
  expiresInSeconds: number;
}

export type HoldAnswer =
  | { outcome: 'HELD'; balance: number }
  | { outcome: 'REFUSED'; problem: 'INSUFFICIENT_POINTS' | 'RELEASED_BEFORE'; missing: number };

/** Sets points aside for an order until it is settled. Asked again, it answers as it did the first time. */
export function holdPoints(em: EntityManager, request: HoldRequest): Promise<HoldAnswer> {
  const { orderId, userId, amount, expiresInSeconds } = request;
  mustBeOrderId(orderId);
  return transactional(em, async (inner) => {
    const { affectedRows: isNew } = await inner.execute<{ affectedRows: number }>(
      `INSERT IGNORE INTO point_holds (order_id, user_id, amount, status, expires_at, changed_at)
       VALUES (?, ?, ?, 'HELD', UTC_TIMESTAMP(3) + INTERVAL ? SECOND, UTC_TIMESTAMP(3))`,
      [orderId, userId, amount, expiresInSeconds],
      'run',
    );
    if (isNew === 0) return earlierAnswer(inner, request);
    const { affectedRows: isEnough } = await inner.execute<{ affectedRows: number }>(
      'UPDATE point_accounts SET held = held + ? WHERE user_id = ? AND balance - held >= ?',
      [amount, userId, amount],
      'run',
    );
    const spendable = await spendableOf(inner, userId);
    if (isEnough > 0) return { outcome: 'HELD', balance: spendable };
    return refuse(inner, orderId, Math.max(0, amount - spendable));
  });
}

async function refuse(em: EntityManager, orderId: string, missing: number): Promise<HoldAnswer> {
  await em.execute(`UPDATE point_holds SET status = 'REFUSED', missing = ? WHERE order_id = ?`, [missing, orderId]);
  return { outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing };
}

async function earlierAnswer(em: EntityManager, { orderId, userId, amount }: HoldRequest): Promise<HoldAnswer> {
  type Row = { userId: string | null; amount: number; status: string; missing: number };
  const [hold] = await em.execute<Row[]>(
    'SELECT user_id AS userId, amount, status, missing FROM point_holds WHERE order_id = ?',
    [orderId],
  );
  if (hold === undefined) throw new Conflict(`The hold of order ${orderId} was refused by the database.`);
  if (hold.status === 'RELEASED') return { outcome: 'REFUSED', problem: 'RELEASED_BEFORE', missing: 0 };
  if (hold.userId !== userId || hold.amount !== amount) {
    throw new Conflict(`Order ${orderId} has already asked for another hold.`);
  }
  if (hold.status === 'REFUSED') return { outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing: hold.missing };
  return { outcome: 'HELD', balance: await spendableOf(em, userId) };
}

async function spendableOf(em: EntityManager, userId: string): Promise<number> {
  const [account] = await em.execute<{ spendable: number }[]>(
    'SELECT balance - held AS spendable FROM point_accounts WHERE user_id = ?',
    [userId],
  );
  return account?.spendable ?? 0;
}
