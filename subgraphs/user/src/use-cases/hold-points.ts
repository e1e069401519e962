import type { EntityManager } from '@mikro-orm/mysql';
import { Conflict, newId } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import type { UserContext } from '../context.ts';
import { findSpend, mustBeOrderId } from './find-spend.ts';

export interface HoldRequest {
  orderId: string;
  userId: string;
  amount: number;
  expiresInSeconds: number;
}

export type HoldAnswer =
  | { outcome: 'HELD'; balance: number }
  | { outcome: 'REFUSED'; problem: 'INSUFFICIENT_POINTS' | 'RELEASED_BEFORE'; missing: number };

/**
 * Sets points aside for an order until it is settled: a transfer from the user to the shop's sales that is pending.
 * Asked again, it answers as it did the first time.
 */
export function holdPoints(ctx: Pick<UserContext, 'em'>, request: HoldRequest): Promise<HoldAnswer> {
  const { orderId, userId, amount } = request;
  mustBeOrderId(orderId);
  return transactional(ctx.em, async (em) => {
    const isNew = amount > 0 ? await addPending(em, request) : await addFree(em, request);
    if (!isNew) return earlierAnswer(em, request);
    const isEnough = amount === 0 || (await setAside(em, userId, amount));
    const spendable = await spendableOf(em, userId);
    if (isEnough) return { outcome: 'HELD', balance: spendable };
    return refuse(em, orderId, Math.max(0, amount - spendable));
  });
}

async function addPending(em: EntityManager, { orderId, userId, amount, expiresInSeconds }: HoldRequest) {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO point_transfers
       (id, kind, state, debit_account, credit_account, amount, order_id, created_at, expires_at)
     VALUES (?, 'SPEND', 'PENDING', ?, 'sales', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? SECOND)`,
    [newId(), userId, amount, orderId, expiresInSeconds],
    'run',
  );
  return affectedRows > 0;
}

/** A transfer moves something or is void: a free order is only remembered. */
async function addFree(em: EntityManager, { orderId, userId }: HoldRequest): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO point_transfers
       (id, kind, state, voided_because, debit_account, credit_account, amount, order_id, created_at, settled_at)
     VALUES (?, 'SPEND', 'VOIDED', 'FREE', ?, 'sales', 0, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [newId(), userId, orderId],
    'run',
  );
  return affectedRows > 0;
}

async function setAside(em: EntityManager, userId: string, amount: number): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    'UPDATE point_accounts SET pending = pending + ? WHERE user_id = ? AND balance - pending >= ?',
    [amount, userId, amount],
    'run',
  );
  return affectedRows > 0;
}

async function refuse(em: EntityManager, orderId: string, missing: number): Promise<HoldAnswer> {
  await em.execute(
    `UPDATE point_transfers
        SET state = 'VOIDED', voided_because = 'REFUSED', missing = ?, settled_at = UTC_TIMESTAMP(3), expires_at = NULL
      WHERE order_id = ? AND kind = 'SPEND'`,
    [missing, orderId],
  );
  return { outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing };
}

async function earlierAnswer(em: EntityManager, { orderId, userId, amount }: HoldRequest): Promise<HoldAnswer> {
  const spend = await findSpend(em, orderId);
  // Not written and not there: the foreign key knows no such user, who lacks everything.
  if (spend === null) return { outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing: amount };
  if (spend.voidedBecause === 'RELEASED') return { outcome: 'REFUSED', problem: 'RELEASED_BEFORE', missing: 0 };
  if (spend.userId !== userId || spend.amount !== amount) {
    throw new Conflict(`Order ${orderId} has already asked for another hold.`);
  }
  if (spend.voidedBecause === 'REFUSED') {
    return { outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing: spend.missing };
  }
  return { outcome: 'HELD', balance: await spendableOf(em, userId) };
}

async function spendableOf(em: EntityManager, userId: string): Promise<number> {
  const [account] = await em.execute<{ spendable: number }[]>(
    'SELECT balance - pending AS spendable FROM point_accounts WHERE user_id = ?',
    [userId],
  );
  return account?.spendable ?? 0;
}
