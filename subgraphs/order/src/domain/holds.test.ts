import fc from 'fast-check';
import { type HoldState, type Holds, PARTICIPANTS, settlementsOf, stateAfter } from './holds.ts';
import type { OrderStatus } from './order-status.ts';

const holds = (stock: HoldState, coupon: HoldState, points: HoldState): Holds => ({ stock, coupon, points });
const inWords = (status: OrderStatus, of: Holds) =>
  settlementsOf(status, of).map(({ action, participant }) => `${action} ${participant}`);

it.each<[string, OrderStatus, Holds, string[]]>([
  ['nothing while it is undecided', 'PENDING', holds('UNKNOWN', 'UNKNOWN', 'UNKNOWN'), []],
  [
    'confirms what a completed order holds',
    'COMPLETED',
    holds('HELD', 'NONE', 'HELD'),
    ['confirm stock', 'confirm points'],
  ],
  [
    'releases what a rejected order may hold',
    'REJECTED',
    holds('UNKNOWN', 'NONE', 'UNKNOWN'),
    ['release stock', 'release points'],
  ],
  ['confirms before it undoes', 'CANCELLED', holds('CONFIRMED', 'HELD', 'CONFIRMED'), ['confirm coupon']],
  ['undoes once all is confirmed', 'CANCELLED', holds('CONFIRMED', 'NONE', 'UNDONE'), ['undo stock']],
  ['nothing once all is undone', 'CANCELLED', holds('UNDONE', 'NONE', 'UNDONE'), []],
])('%s', (_fact, status, of, expected) => expect(inWords(status, of)).toEqual(expected));

it('settles every order whatever is acknowledged first, and never undoes what is not confirmed', () => {
  const start = fc.record({
    stock: fc.constant<HoldState>('HELD'),
    coupon: fc.constantFrom<HoldState>('NONE', 'HELD'),
    points: fc.constantFrom<HoldState>('NONE', 'HELD'),
  });
  const picks = fc.infiniteStream(fc.nat());
  fc.assert(
    fc.property(start, fc.nat(3), picks, (initial, cancelledAfter, choose) => {
      let now: Holds = initial;
      for (let sent = 0; ; sent++) {
        const status = sent >= cancelledAfter ? 'CANCELLED' : 'COMPLETED';
        const open = settlementsOf(status, now);
        if (open.length === 0 && status === 'CANCELLED') break;
        const next = open[(choose.next().value ?? 0) % Math.max(1, open.length)];
        if (next === undefined) continue;
        if (next.action === 'undo') expect(PARTICIPANTS.filter((one) => now[one] === 'HELD')).toEqual([]);
        now = { ...now, [next.participant]: stateAfter[next.action] };
      }
      for (const one of PARTICIPANTS) expect(now[one]).toBe(initial[one] === 'NONE' ? 'NONE' : 'UNDONE');
    }),
  );
});
