import { BALANCE_MAX } from '../src/domain/points.ts';

/** What anybody may ask of points; users, orders and keys are small numbers, so that commands meet. */
export type Command =
  | { name: 'charge'; user: number; key: number; amount: number }
  | { name: 'hold'; user: number; order: number; amount: number }
  | { name: 'confirm' | 'release' | 'refund'; order: number };

export interface Transfer {
  kind: 'CHARGE' | 'SPEND' | 'REFUND';
  state: 'PENDING' | 'POSTED' | 'VOIDED';
  user: number | null;
  order: number | null;
  amount: number;
  voidedBecause: 'RELEASED' | 'REFUSED' | 'FREE' | null;
  missing: number;
  sequence: number | null;
  balanceAfter: number | null;
}

/** All there is to know about points, in memory. */
export interface Ledger {
  accounts: { balance: number; pending: number; entryCount: number }[];
  transfers: Transfer[];
  keys: Record<string, { amount: number; answer: unknown }>;
}

/** Whoever asked never heard: the process died. */
export const CRASHED = 'CRASHED';

/** Users who have each charged some points, and nothing else yet. */
export function openLedger({ users, points }: { users: number; points: number }): Ledger {
  const everybody = Array.from({ length: users }, (_, user) => user);
  return {
    accounts: everybody.map(() => ({ balance: points, pending: 0, entryCount: 1 })),
    transfers: everybody.map((user) =>
      posted({ kind: 'CHARGE', user, amount: points, sequence: 1, balanceAfter: points }),
    ),
    keys: {},
  };
}

/** Performs a command as one transaction. A crash before its end leaves nothing of it, one after it only no answer. */
export function perform(
  ledger: Ledger,
  command: Command,
  crashAfter = Number.POSITIVE_INFINITY,
): { ledger: Ledger; answer: unknown } {
  const draft = structuredClone(ledger);
  const steps = transactionOf(draft, command);
  for (let step = 1; ; step++) {
    const { done, value: answer } = steps.next();
    if (done) return { ledger: draft, answer: step === crashAfter ? CRASHED : answer };
    if (step === crashAfter) return { ledger, answer: CRASHED };
  }
}

function transactionOf(draft: Ledger, command: Command): Generator<void, unknown> {
  switch (command.name) {
    case 'charge':
      return charge(draft, command);
    case 'hold':
      return hold(draft, command);
    case 'confirm':
      return confirm(draft, command.order);
    case 'release':
      return release(draft, command.order);
    case 'refund':
      return refund(draft, command.order);
  }
}

function* charge(draft: Ledger, { user, key, amount }: Command & { name: 'charge' }): Generator<void, unknown> {
  const earlier = draft.keys[`${user}/${key}`];
  if (earlier !== undefined) return earlier.amount === amount ? earlier.answer : { error: 'IDEMPOTENCY_KEY_REUSED' };
  const account = accountOf(draft, user);
  let answer: unknown = { refused: 'BALANCE_LIMIT_EXCEEDED' };
  if (account.balance + amount <= BALANCE_MAX) {
    account.balance += amount;
    account.entryCount += 1;
    yield;
    const { balance: balanceAfter, entryCount: sequence } = account;
    draft.transfers.push(posted({ kind: 'CHARGE', user, amount, sequence, balanceAfter }));
    answer = { balanceAfter };
    yield;
  }
  draft.keys[`${user}/${key}`] = { amount, answer };
  return answer;
}

function* hold(draft: Ledger, { user, order, amount }: Command & { name: 'hold' }): Generator<void, unknown> {
  const account = accountOf(draft, user);
  const spendable = account.balance - account.pending;
  const earlier = transferOf(draft, order, 'SPEND');
  if (earlier?.voidedBecause === 'RELEASED') return { outcome: 'REFUSED', problem: 'RELEASED_BEFORE', missing: 0 };
  if (earlier && (earlier.user !== user || earlier.amount !== amount)) return { error: 'CONFLICT' };
  if (earlier?.voidedBecause === 'REFUSED') return insufficient(earlier.missing);
  if (earlier) return { outcome: 'HELD', balance: spendable };

  const spend: Transfer = { ...aTransfer, kind: 'SPEND', state: 'PENDING', user, order, amount };
  draft.transfers.push(spend);
  yield;
  if (amount === 0) Object.assign(spend, { state: 'VOIDED', voidedBecause: 'FREE' });
  else if (amount <= spendable) account.pending += amount;
  else Object.assign(spend, { state: 'VOIDED', voidedBecause: 'REFUSED', missing: amount - spendable });
  return spend.missing > 0 ? insufficient(spend.missing) : { outcome: 'HELD', balance: spendable - amount };
}

function* confirm(draft: Ledger, order: number): Generator<void, unknown> {
  const spend = transferOf(draft, order, 'SPEND');
  if (spend?.state === 'PENDING') yield* post(draft, spend);
  return { outcome: spend?.state === 'POSTED' || spend?.voidedBecause === 'FREE' ? 'CONFIRMED' : 'NOT_HELD' };
}

function* release(draft: Ledger, order: number): Generator<void, unknown> {
  const voided = { state: 'VOIDED', voidedBecause: 'RELEASED' } as const;
  const spend = transferOf(draft, order, 'SPEND');
  if (spend === undefined) draft.transfers.push({ ...aTransfer, ...voided, kind: 'SPEND', order });
  if (spend?.state === 'PENDING') {
    Object.assign(spend, voided);
    yield;
    accountOf(draft, spend.user).pending -= spend.amount;
  }
  return { outcome: spend?.state === 'POSTED' ? 'ALREADY_CONFIRMED' : 'RELEASED' };
}

function* refund(draft: Ledger, order: number): Generator<void, unknown> {
  const spend = transferOf(draft, order, 'SPEND');
  if (spend?.state === 'PENDING') return { error: 'CONFLICT' };
  if (spend?.state !== 'POSTED') return { refunded: 0 };
  if (transferOf(draft, order, 'REFUND') === undefined) {
    const back: Transfer = { ...aTransfer, kind: 'REFUND', user: spend.user, order, amount: spend.amount };
    draft.transfers.push(back);
    yield;
    yield* post(draft, back);
  }
  return { refunded: spend.amount };
}

function* post(draft: Ledger, transfer: Transfer): Generator<void, void> {
  const account = accountOf(draft, transfer.user);
  const isSpend = transfer.kind === 'SPEND';
  account.balance += isSpend ? -transfer.amount : transfer.amount;
  account.pending -= isSpend ? transfer.amount : 0;
  account.entryCount += 1;
  yield;
  transfer.state = 'POSTED';
  transfer.sequence = account.entryCount;
  transfer.balanceAfter = account.balance;
}

const aTransfer: Transfer = {
  kind: 'SPEND',
  state: 'PENDING',
  user: null,
  order: null,
  amount: 0,
  voidedBecause: null,
  missing: 0,
  sequence: null,
  balanceAfter: null,
};

const posted = (details: Partial<Transfer>): Transfer => ({ ...aTransfer, ...details, state: 'POSTED' });

const insufficient = (missing: number) => ({ outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing });

function transferOf({ transfers }: Ledger, order: number, kind: Transfer['kind']): Transfer | undefined {
  return transfers.find((transfer) => transfer.order === order && transfer.kind === kind);
}

function accountOf({ accounts }: Ledger, user: number | null) {
  const account = user === null ? undefined : accounts[user];
  if (account === undefined) throw new Error(`There is no user ${user}.`);
  return account;
}
