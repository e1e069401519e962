import { expect } from '@jest/globals';
import { differencesOf, imbalanceOf } from '../src/domain/ledger.ts';
import type { Command, Ledger, Transfer } from './ledger-model.ts';

/** What must hold whatever happened. */
export function expectRight({ accounts, transfers }: Omit<Ledger, 'keys'>): void {
  const sumOf = (some: Transfer[]) => some.reduce((sum, { amount }) => sum + amount, 0);
  const posted = (kind: string, of = transfers) =>
    sumOf(of.filter((transfer) => transfer.kind === kind && transfer.state === 'POSTED'));
  const differences = accounts.flatMap(({ balance, pending, entryCount }, index) => {
    expect(pending).toBeGreaterThanOrEqual(0);
    expect(balance).toBeGreaterThanOrEqual(pending);
    const own = transfers.filter((transfer) => transfer.user === index);
    const entries = own
      .filter(({ state }) => state === 'POSTED')
      .sort((a, b) => Number(a.sequence) - Number(b.sequence));
    let running = 0;
    const broken = entries.filter(({ kind, amount, sequence, balanceAfter }, line) => {
      running += kind === 'SPEND' ? -amount : amount;
      return sequence !== line + 1 || balanceAfter !== running;
    });
    return differencesOf({
      userId: `${index}`,
      balance,
      pending,
      entryCount,
      posted: posted('CHARGE', own) + posted('REFUND', own) - posted('SPEND', own),
      held: sumOf(own.filter(({ state }) => state === 'PENDING')),
      entries: entries.length,
      brokenEntries: broken.length,
    });
  });
  const imbalance = imbalanceOf([
    { account: 'users', balance: accounts.reduce((sum, { balance }) => sum + balance, 0) },
    { account: 'charges', balance: -posted('CHARGE') },
    { account: 'sales', balance: posted('SPEND') - posted('REFUND') },
  ]);
  expect([...differences, ...imbalance]).toEqual([]);
  const ofOrders = transfers.filter((transfer) => transfer.order !== null);
  expect(new Set(ofOrders.map((transfer) => `${transfer.order} ${transfer.kind}`)).size).toBe(ofOrders.length);
}

/** Whatever was answered is so in the end: `answer` is what one command was told among many at once. */
export function expectKept(command: Command, answer: unknown, transfers: Transfer[]): void {
  const [fact, expected] = factOf(command, answer as Answer, transfers);
  expect({ command, answer, fact }).toEqual({ command, answer, fact: expected });
}

interface Answer {
  outcome?: string;
  problem?: string;
  missing?: number;
  refunded?: number;
  balanceAfter?: number;
}

/** What the transfers say about an answer, and what they should. */
function factOf(command: Command, answer: Answer, transfers: Transfer[]): [unknown, unknown] {
  const find = (kind: string) =>
    transfers.find((transfer) => 'order' in command && transfer.order === command.order && transfer.kind === kind);
  const spend = find('SPEND');
  switch (command.name) {
    case 'charge': {
      const { user, amount } = command;
      const isWritten = transfers.some(
        (one) => one.user === user && one.amount === amount && one.balanceAfter === answer.balanceAfter,
      );
      return [isWritten, answer.balanceAfter !== undefined || isWritten];
    }
    case 'hold':
      // Whether there was enough is told once; a release may follow, a charge changes nothing.
      return answer.problem === 'INSUFFICIENT_POINTS'
        ? [
            [spend?.voidedBecause, spend?.missing],
            ['REFUSED', answer.missing],
          ]
        : [spend !== undefined, true];
    case 'confirm':
      return answer.outcome === 'CONFIRMED'
        ? [spend?.state === 'POSTED' || spend?.voidedBecause === 'FREE', true]
        : [null, null];
    case 'release':
      return [spend?.state, answer.outcome === 'ALREADY_CONFIRMED' ? 'POSTED' : 'VOIDED'];
    case 'refund':
      return answer.refunded ? [find('REFUND')?.amount, answer.refunded] : [null, null];
  }
}
