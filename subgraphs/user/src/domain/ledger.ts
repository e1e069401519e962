/** An account's row beside what its transfers add up to. */
export interface AccountProof {
  userId: string;
  balance: number;
  pending: number;
  entryCount: number;
  /** Posted credits less posted debits. */
  posted: number;
  /** Pending debits. */
  held: number;
  /** How many transfers are posted. */
  entries: number;
  /** Posted transfers whose number or balance does not follow from those before them. */
  brokenEntries: number;
}

/** A place where the ledger contradicts itself. */
export interface LedgerDifference {
  where: string;
  problem: string;
}

/** What an account's row says otherwise than its transfers; nothing while the books are right. */
export function differencesOf(proof: AccountProof): LedgerDifference[] {
  const { userId, balance, pending, entryCount, posted, held, entries, brokenEntries } = proof;
  const problems = [
    balance !== posted && `the balance is ${balance}, its posted transfers add up to ${posted}`,
    pending !== held && `${pending} are set aside, its pending transfers add up to ${held}`,
    entryCount !== entries && `${entryCount} entries are counted, ${entries} transfers are posted`,
    brokenEntries > 0 && `${brokenEntries} entries do not follow from those before them`,
  ];
  return problems.filter((problem) => problem !== false).map((problem) => ({ where: `account ${userId}`, problem }));
}

/** Every transfer takes from one account what it gives to another, so that all accounts together have nothing. */
export function imbalanceOf(balances: readonly { account: string; balance: number }[]): LedgerDifference[] {
  const sum = balances.reduce((total, { balance }) => total + balance, 0);
  if (sum === 0) return [];
  const parts = balances.map(({ account, balance }) => `${account} ${balance}`).join(', ');
  return [{ where: 'all accounts', problem: `they add up to ${sum} in place of 0: ${parts}` }];
}
