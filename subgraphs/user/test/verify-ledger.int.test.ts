import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { checkLedgerCommand } from '../src/commands.ts';
import { confirmPoints } from '../src/use-cases/confirm-points.ts';
import { holdPoints } from '../src/use-cases/hold-points.ts';
import { refundPoints } from '../src/use-cases/refund-points.ts';
import { releasePoints } from '../src/use-cases/release-points.ts';
import { verifyLedger } from '../src/use-cases/verify-ledger.ts';
import { startWorld, type World } from './world.ts';

let world: World;
const environment = process.env;
beforeAll(async () => {
  world = await startWorld({ patience: { answerSeconds: 3 }, env: { LEDGER_CHECK_MS: '50' } });
});
afterEach(() => {
  process.env = environment;
});
afterAll(() => world?.close());

/** Somebody with 1,000 points, who spent 100, got 50 back, and has 300 set aside. */
async function aBuyer() {
  const { id: userId } = await world.aShopper({ points: 1_000 });
  const { fork } = world.database;
  const order = async (amount: number) => {
    const orderId = newId();
    await holdPoints({ em: fork() }, { orderId, userId, amount, expiresInSeconds: 60 });
    return orderId;
  };
  const [spent, refunded, pending, released] = [await order(100), await order(50), await order(300), await order(70)];
  for (const orderId of [spent, refunded]) await confirmPoints({ em: fork() }, { orderId });
  await refundPoints({ em: fork() }, { orderId: refunded });
  await releasePoints({ em: fork() }, { orderId: released });
  await holdPoints({ em: fork() }, { orderId: newId(), userId, amount: 9_999, expiresInSeconds: 60 });
  return { userId, spent, refunded, pending };
}

const problems = async () => (await verifyLedger(world.database.fork)).differences.map(({ problem }) => problem);
const run = (sql: string, params: unknown[]) => world.database.fork().execute(sql, params);
const gauge = async () => {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  return text.match(/^shop_points_ledger_differences\{.*\} (\d+)$/m)?.[1];
};

it('finds a ledger right that nobody has tampered with', async () => {
  await aBuyer();
  expect(await problems()).toEqual([]);
  await eventually(async () => expect(await gauge()).toBe('0'));
});

it.each<[string, string, keyof Awaited<ReturnType<typeof aBuyer>>, RegExp[]]>([
  [
    'a raised balance',
    'UPDATE point_accounts SET balance = balance + 1 WHERE user_id = ?',
    'userId',
    [/^the balance is 901, its posted transfers add up to 900$/, /^they add up to 1 in place of 0: charges -\d/],
  ],
  [
    'points set aside for nothing',
    'UPDATE point_accounts SET pending = pending + 1 WHERE user_id = ?',
    'userId',
    [/^301 are set aside, its pending transfers add up to 300$/],
  ],
  [
    'a deleted transfer',
    `DELETE FROM point_transfers WHERE order_id = ? AND kind = 'REFUND'`,
    'refunded',
    [/^the balance is 900, its posted/, /^4 entries are counted, 3 transfers/, /^they add up to 50 in place of 0/],
  ],
  [
    'an amount changed afterwards',
    'UPDATE point_transfers SET amount = amount + 5 WHERE order_id = ?',
    'spent',
    [/^the balance is 900, its/, /^3 entries do not follow from those before/, /^they add up to 5 in place of 0/],
  ],
  [
    'a refund of something else',
    `UPDATE point_transfers SET order_id = UUID() WHERE order_id = ? AND kind = 'REFUND'`,
    'refunded',
    [/^it refunds what was not spent$/],
  ],
  [
    'a hold nobody would settle',
    'UPDATE point_transfers SET expires_at = NULL WHERE order_id = ?',
    'pending',
    [/^it is pending and never expires$/],
  ],
  [
    'a user without an account',
    'DELETE FROM point_accounts WHERE user_id = ?',
    'userId',
    [/^they add up to -900/, ...Array(7).fill(/^its user has no account$/)],
  ],
])('finds %s', async (_what, tamper, whose, expected) => {
  const em = world.database.fork();
  const buyer = await aBuyer();
  // Rolled back, so that the next test finds the ledger right.
  await em.begin();
  await em.execute(tamper, [buyer[whose]]);
  const { differences } = await verifyLedger(() => em);
  await em.rollback();
  expect(differences.map(({ problem }) => problem)).toEqual(expected.map((problem) => expect.stringMatching(problem)));
  expect(await problems()).toEqual([]);
});

it('is a command that fails, and a metric that rises, when something is wrong', async () => {
  const { userId } = await aBuyer();
  process.env = { ...environment, ...world.env, DATABASE_MIGRATE: 'false' };
  await checkLedgerCommand();
  await run('UPDATE point_accounts SET balance = balance + 7 WHERE user_id = ?', [userId]);
  await expect(checkLedgerCommand()).rejects.toThrow('The ledger contradicts itself in 2 places.');
  await eventually(async () => expect(await gauge()).toBe('2'));
  await run('UPDATE point_accounts SET balance = balance - 7 WHERE user_id = ?', [userId]);
  await eventually(async () => expect(await gauge()).toBe('0'));
});

it('takes longer than a request may', async () => {
  await aBuyer();
  const em = world.database.fork();
  const adding = `SELECT time FROM information_schema.processlist WHERE info LIKE 'WITH movements%'`;
  await em.begin();
  await em.execute('LOCK TABLES point_transfers WRITE');
  await eventually(async () => expect(await em.execute(adding)).toEqual([{ time: 4 }]), { timeoutMs: 20_000 });
  await em.execute('UNLOCK TABLES');
  await em.rollback();
});

it('stays right to those who look while points are moving', async () => {
  const buyers = await Promise.all(Array.from({ length: 3 }, aBuyer));
  let moving = true;
  const moves = Promise.all(
    Array.from({ length: 90 }, async (_, index) => {
      const { userId } = buyers[index % 3] as (typeof buyers)[number];
      const orderId = newId();
      const { fork } = world.database;
      await holdPoints({ em: fork() }, { orderId, userId, amount: 1, expiresInSeconds: 60 });
      await (index % 2 ? confirmPoints({ em: fork() }, { orderId }) : releasePoints({ em: fork() }, { orderId }));
      if (index % 2) await refundPoints({ em: fork() }, { orderId });
    }),
  ).finally(() => {
    moving = false;
  });
  while (moving) expect(await problems()).toEqual([]);
  await moves;
  expect(await problems()).toEqual([]);
});
