import { ServiceUnavailable, TimedOut } from '@shop/kernel';
import type { Participant } from '../src/domain/holds.ts';
import type { Participants, Settling } from '../src/participants.ts';

/** What becomes of one message to a participant and of its answer. */
export type Fate = 'answered' | 'answered twice' | 'request lost' | 'answer lost' | 'late' | 'nobody there';

export const FATES: Fate[] = ['answered', 'answered twice', 'request lost', 'answer lost', 'late', 'nobody there'];

type State = 'HELD' | 'TAKEN' | 'RELEASED' | 'GIVEN_BACK';

/** A participant's book of one thing: what each order has of it. Idempotent by order, with tombstones. */
class Book {
  readonly states = new Map<string, State>();
  /** What is refused now may be granted later: somebody else has given it back. */
  canHold: boolean;

  constructor(canHold: boolean) {
    this.canHold = canHold;
  }

  hold(orderId: string): 'HELD' | 'REFUSED' | 'RELEASED_BEFORE' {
    const state = this.states.get(orderId);
    if (state === 'HELD' || state === 'TAKEN') return 'HELD';
    if (state !== undefined) return 'RELEASED_BEFORE';
    if (!this.canHold) return 'REFUSED';
    this.states.set(orderId, 'HELD');
    return 'HELD';
  }

  confirm(orderId: string): void {
    const state = this.states.get(orderId);
    if (state !== 'HELD' && state !== 'TAKEN') throw new Error(`A confirm found ${state ?? 'nothing'}.`);
    this.states.set(orderId, 'TAKEN');
  }

  release(orderId: string): void {
    if (this.states.get(orderId) === 'TAKEN') throw new Error('A release found what was taken.');
    this.states.set(orderId, 'RELEASED');
  }

  undo(orderId: string): void {
    const state = this.states.get(orderId);
    if (state !== 'TAKEN' && state !== 'GIVEN_BACK') throw new Error(`An undo found ${state ?? 'nothing'}.`);
    this.states.set(orderId, 'GIVEN_BACK');
  }
}

/** All three participants, between them and the saga a network that does what it is told. */
export function createBooks(can: Record<Participant, boolean>, fates: Fate[]) {
  const books = { stock: new Book(can.stock), coupon: new Book(can.coupon), points: new Book(can.points) };
  const underway: (() => unknown)[] = [];
  /** Contradictions a participant has met: there must be none. */
  const contradictions: string[] = [];

  async function send<A>(effect: () => A): Promise<A> {
    const fate = fates.shift() ?? 'answered';
    if (fate === 'nobody there') throw new ServiceUnavailable();
    if (fate === 'late') underway.push(effect);
    if (fate === 'request lost' || fate === 'late') throw new TimedOut();
    const answer = noted(effect);
    if (fate === 'answered twice') noted(effect);
    if (fate === 'answer lost') throw new TimedOut();
    return answer;
  }

  function noted<A>(effect: () => A): A {
    try {
      return effect();
    } catch (error) {
      contradictions.push(String(error));
      throw error;
    }
  }

  const settling = (book: Book): Settling => ({
    confirm: (orderId) => send(() => book.confirm(orderId)),
    release: (orderId) => send(() => book.release(orderId)),
    undo: (orderId) => send(() => book.undo(orderId)),
  });

  const participants: Participants = {
    away: () => null,
    stock: {
      ...settling(books.stock),
      hold: ({ orderId, lines }) =>
        send(() => {
          const outcome = books.stock.hold(orderId);
          const frozen = lines.map((line) => ({ ...line, productName: 'Thing', unitPrice: 1_000 }));
          if (outcome === 'HELD') return { outcome, lines: frozen };
          const problem = outcome === 'REFUSED' ? 'INSUFFICIENT_STOCK' : outcome;
          return { outcome: 'REFUSED', problems: [{ productId: lines[0]?.productId ?? '', problem, available: 0 }] };
        }),
    },
    coupon: {
      ...settling(books.coupon),
      hold: ({ orderId }) =>
        send(() => {
          const outcome = books.coupon.hold(orderId);
          if (outcome === 'HELD') return { outcome, discount: 100 };
          return { outcome: 'REFUSED', problem: outcome === 'REFUSED' ? 'COUPON_NOT_USABLE' : outcome };
        }),
    },
    points: {
      ...settling(books.points),
      hold: ({ orderId }) =>
        send(() => {
          const outcome = books.points.hold(orderId);
          if (outcome === 'HELD') return { outcome };
          return { outcome: 'REFUSED', problem: outcome === 'REFUSED' ? 'INSUFFICIENT_POINTS' : outcome, missing: 1 };
        }),
    },
  };

  return {
    participants,
    contradictions,
    /** Delivers what is late, in the reverse of the order it was sent in. */
    deliverLate(): void {
      for (const book of Object.values(books)) book.canHold = true;
      // A late message may well find its time gone: what counts is that it does no harm.
      for (const effect of underway.splice(0).reverse()) {
        try {
          effect();
        } catch {
          // Refused by the participant, heard by nobody.
        }
      }
    },
    stateOf: (participant: Participant, orderId: string) => books[participant].states.get(orderId) ?? null,
  };
}
