import { createLogger } from '@shop/service-kit';
import { type OrderOutcome, settleHolds } from './late-holds.ts';

const log = createLogger('test', { level: 'silent' });

/** Settles the holds of these orders, in this order, and tells what was done; an outcome that is null cannot be had. */
async function settled(
  outcomes: Record<string, OrderOutcome | null>,
  { stuck = [] }: { stuck?: string[] } = {},
): Promise<string[]> {
  const done: string[] = [];
  const settle = (action: string) => async (orderId: string) => {
    done.push(`${action} ${orderId}`);
    if (stuck.includes(orderId)) throw new Error('Its books disagree.');
  };
  await settleHolds({
    overdue: async () => Object.keys(outcomes).map((orderId) => ({ orderId })),
    async outcomeOf(orderId) {
      done.push(`ask ${orderId}`);
      const outcome = outcomes[orderId];
      if (!outcome) throw new Error('Nobody answers.');
      return outcome;
    },
    confirm: settle('confirm'),
    release: settle('release'),
    askAgainIn: async (orderId) => void done.push(`later ${orderId}`),
    log,
  });
  return done;
}

it.each<[OrderOutcome, string]>([
  ['COMPLETED', 'confirm'],
  ['REJECTED', 'release'],
  ['CANCELLED', 'release'],
  ['UNKNOWN', 'release'],
  ['PENDING', 'later'],
])('of an order that is %s: %s', async (outcome, action) => {
  expect(await settled({ a: outcome })).toEqual(['ask a', `${action} a`]);
});

it('ends with the first order whose outcome cannot be had, and puts its hold behind the others', async () => {
  expect(await settled({ a: 'COMPLETED', b: null, c: 'COMPLETED' })).toEqual([
    'ask a',
    'confirm a',
    'ask b',
    'later b',
  ]);
});

it('goes on after a hold that cannot be settled, and puts it behind the others', async () => {
  expect(await settled({ a: 'REJECTED', b: 'COMPLETED' }, { stuck: ['a'] })).toEqual([
    'ask a',
    'release a',
    'later a',
    'ask b',
    'confirm b',
  ]);
});
