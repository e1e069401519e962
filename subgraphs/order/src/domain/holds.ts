import type { OrderStatus } from './order-status.ts';

export const PARTICIPANTS = ['stock', 'coupon', 'points'] as const;

/** Who sets something aside for an order. */
export type Participant = (typeof PARTICIPANTS)[number];

/**
 * NONE: nothing is or will be held there. UNKNOWN: it may hold something, nobody can say without asking. HELD: it does,
 * and keeps it. CONFIRMED: it has turned the hold into a deduction. RELEASED, UNDONE: it has given back what it had.
 */
export type HoldState = 'NONE' | 'UNKNOWN' | 'HELD' | 'CONFIRMED' | 'RELEASED' | 'UNDONE';

export type Holds = Readonly<Record<Participant, HoldState>>;

/** What is left to tell a participant about an order that is decided. */
export interface Settlement {
  participant: Participant;
  action: 'confirm' | 'release' | 'undo';
}

/** The state a participant is in once it has acknowledged the action. */
export const stateAfter = { confirm: 'CONFIRMED', release: 'RELEASED', undo: 'UNDONE' } as const;

/**
 * What can be sent now, in any order. An undo waits until every confirm is acknowledged: a confirm that came after it
 * would take again what was given back.
 */
export function settlementsOf(status: OrderStatus, holds: Holds): Settlement[] {
  if (status === 'REJECTED') return settlements(holds, ['UNKNOWN', 'HELD'], 'release');
  if (status !== 'COMPLETED' && status !== 'CANCELLED') return [];
  const confirms = settlements(holds, ['HELD'], 'confirm');
  if (confirms.length > 0 || status === 'COMPLETED') return confirms;
  return settlements(holds, ['CONFIRMED'], 'undo');
}

function settlements(holds: Holds, states: HoldState[], action: Settlement['action']): Settlement[] {
  return PARTICIPANTS.filter((participant) => states.includes(holds[participant])).map((participant) => ({
    participant,
    action,
  }));
}
