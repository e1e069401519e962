import { canBecome, isUndecided, ORDER_STATUSES, type OrderStatus } from './order-status.ts';

// Rows go to columns.
const table: Record<OrderStatus, string> = {
  //                 PENDING AWAITING COMPLETED REJECTED CANCELLED
  PENDING: '          no      yes      yes       yes      no',
  AWAITING_PAYMENT: ' no      no       yes       yes      yes',
  COMPLETED: '        no      no       no        no       yes',
  REJECTED: '         no      no       no        no       no',
  CANCELLED: '        no      no       no        no       no',
};

const moves = ORDER_STATUSES.flatMap((from) => {
  const answers = table[from].trim().split(/\s+/);
  return ORDER_STATUSES.map((to, column) => [from, to, answers[column] === 'yes'] as const);
});

it.each(moves)('from %s to %s: %p', (from, to, allowed) => expect(canBecome(from, to)).toBe(allowed));

it('never lets an order that was refused or cancelled come back', () => {
  for (const to of ORDER_STATUSES) {
    expect(canBecome('REJECTED', to)).toBe(false);
    expect(canBecome('CANCELLED', to)).toBe(false);
  }
});

it('is undecided only before the pivot', () =>
  expect(ORDER_STATUSES.filter(isUndecided)).toEqual(['PENDING', 'AWAITING_PAYMENT']));
