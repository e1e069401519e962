import type { EntityManager } from '@mikro-orm/mysql';
import { NotFound, newId } from '@shop/kernel';
import { idempotencyKeyOf, onceInTransaction } from '@shop/subgraph-kit';
import type { UserContext } from '../context.ts';
import {
  BALANCE_MAX,
  type ChargePointsErrorCode,
  chargeRefused,
  mustBeChargeable,
  PointEntry,
} from '../domain/points.ts';
import { User } from '../domain/user.ts';

interface ChargePointsInput {
  amount: number;
  idempotencyKey: string;
}

/** What is remembered under the key: the outcome, not the objects, whose fields are read live. */
type Answer = { entryId: string } | { refused: ChargePointsErrorCode };

export async function chargePoints(
  ctx: UserContext,
  input: ChargePointsInput,
): Promise<{ user: User; entry: PointEntry }> {
  const userId = ctx.viewer.mustBeSignedIn();
  const key = idempotencyKeyOf(ctx.idempotencyKey, input.idempotencyKey);
  const { amount } = input;
  mustBeChargeable(amount);

  const request = { userId, key, operation: 'chargePoints', input: { amount } };
  const answer = await onceInTransaction(ctx, request, (em) => charge(em, userId, amount));
  // A request may hold several mutations, each answering with the balance it left.
  ctx.loaders.forgetPoints(userId);
  if ('refused' in answer) throw chargeRefused(answer.refused);
  const user = await ctx.em.findOneOrFail(User, { id: userId });
  return { user, entry: await ctx.em.findOneOrFail(PointEntry, { id: answer.entryId }) };
}

async function charge(em: EntityManager, userId: string, amount: number): Promise<Answer> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE point_accounts SET balance = balance + ?, entry_count = entry_count + 1
      WHERE user_id = ? AND balance + ? <= ?`,
    [amount, userId, amount, BALANCE_MAX],
    'run',
  );
  if (affectedRows > 0) return { entryId: await postCharge(em, userId, amount) };
  const account = await em.execute('SELECT 1 FROM point_accounts WHERE user_id = ?', [userId]);
  // Thrown, not answered: nothing to remember about somebody who does not exist.
  if (account.length === 0) throw new NotFound('There is no account for this token any more.');
  return { refused: 'BALANCE_LIMIT_EXCEEDED' };
}

/** Writes the transfer for a balance this transaction has just raised; the account's row is locked until the commit. */
async function postCharge(em: EntityManager, userId: string, amount: number): Promise<string> {
  const id = newId();
  await em.execute(
    `INSERT INTO point_transfers
       (id, kind, state, debit_account, credit_account, amount, created_at, settled_at, sequence, balance_after)
     SELECT ?, 'CHARGE', 'POSTED', 'charges', user_id, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), entry_count, balance
       FROM point_accounts WHERE user_id = ?`,
    [id, amount, userId],
  );
  return id;
}
