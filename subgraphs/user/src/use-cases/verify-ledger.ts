import type { EntityManager } from '@mikro-orm/mysql';
import { type AccountProof, differencesOf, imbalanceOf, type LedgerDifference } from '../domain/ledger.ts';

export interface LedgerReport {
  accounts: number;
  differences: LedgerDifference[];
}

const CHUNK = 500;

/**
 * Adds up the whole ledger and compares. It takes no lock and stops nobody: what is compared is read by one statement,
 * hence from one snapshot, however many transfers are posted meanwhile; accounts come in chunks, so that no snapshot is
 * kept for long.
 */
export async function verifyLedger(fork: () => EntityManager): Promise<LedgerReport> {
  const report: LedgerReport = { accounts: 0, differences: [] };
  for (let last = ''; ; ) {
    const userIds = await accountsAfter(fork(), last);
    if (userIds.length === 0) break;
    const proofs = await prove(fork(), userIds);
    report.accounts += proofs.length;
    report.differences.push(...proofs.flatMap(differencesOf));
    last = userIds.at(-1) ?? '';
  }
  report.differences.push(...imbalanceOf(await trialBalance(fork())), ...(await wrongTransfers(fork())));
  return report;
}

async function accountsAfter(em: EntityManager, last: string): Promise<string[]> {
  const rows = await em.execute<{ userId: string }[]>(
    'SELECT user_id AS userId FROM point_accounts WHERE user_id > ? ORDER BY user_id LIMIT ?',
    [last, CHUNK],
  );
  return rows.map(({ userId }) => userId);
}

function prove(em: EntityManager, userIds: string[]): Promise<AccountProof[]> {
  return em.execute<AccountProof[]>(
    `WITH movements AS (
       SELECT user_id, state, amount, sequence, balance_after, IF(debit_account = user_id, -amount, amount) AS movement
         FROM point_transfers WHERE user_id IN (?) AND state <> 'VOIDED'
     ), entries AS (
       SELECT user_id, state, amount, movement, state = 'POSTED' AND (
                sequence <> ROW_NUMBER() OVER history OR balance_after <> SUM(movement) OVER history) AS is_broken
         FROM movements WINDOW history AS (PARTITION BY user_id, state ORDER BY sequence)
     )
     SELECT a.user_id AS userId, a.balance, a.pending, a.entry_count AS entryCount,
            CAST(COALESCE(SUM(IF(e.state = 'POSTED', e.movement, 0)), 0) AS SIGNED) AS posted,
            CAST(COALESCE(SUM(IF(e.state = 'PENDING', e.amount, 0)), 0) AS SIGNED) AS held,
            COUNT(IF(e.state = 'POSTED', 1, NULL)) AS entries,
            COUNT(IF(e.is_broken, 1, NULL)) AS brokenEntries
       FROM point_accounts a LEFT JOIN entries e ON e.user_id = a.user_id
      WHERE a.user_id IN (?) GROUP BY a.user_id`,
    [userIds, userIds],
  );
}

/** What users have by their rows, and the system's accounts, which have none, by their transfers. */
function trialBalance(em: EntityManager): Promise<{ account: string; balance: number }[]> {
  return em.execute<{ account: string; balance: number }[]>(
    `SELECT account, CAST(SUM(amount) AS SIGNED) AS balance FROM (
       SELECT 'users' AS account, balance AS amount FROM point_accounts
       UNION ALL
       SELECT debit_account, -amount FROM point_transfers WHERE state = 'POSTED' AND kind <> 'SPEND'
       UNION ALL
       SELECT credit_account, amount FROM point_transfers WHERE state = 'POSTED' AND kind = 'SPEND') AS sides
      GROUP BY account ORDER BY account`,
  );
}

/** What no constraint can tell, because it takes two rows, and what no sweep would ever settle. */
function wrongTransfers(em: EntityManager): Promise<LedgerDifference[]> {
  return em.execute<LedgerDifference[]>(
    `SELECT CONCAT('transfer ', refund.id) AS \`where\`, 'it refunds what was not spent' AS problem
       FROM point_transfers refund
       LEFT JOIN point_transfers spend ON spend.order_id = refund.order_id AND spend.kind = 'SPEND'
      WHERE refund.kind = 'REFUND' AND NOT (
              spend.state <=> 'POSTED' AND spend.amount <=> refund.amount AND spend.user_id <=> refund.user_id)
     UNION ALL
     SELECT CONCAT('transfer ', id), 'it is pending and never expires'
       FROM point_transfers WHERE state = 'PENDING' AND (expires_at IS NULL OR kind <> 'SPEND')
     UNION ALL
     SELECT CONCAT('transfer ', t.id), 'its user has no account'
       FROM point_transfers t LEFT JOIN point_accounts a ON a.user_id = t.user_id
      WHERE t.user_id IS NOT NULL AND a.user_id IS NULL`,
  );
}
