import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { forgetWhatIsOver } from '../src/use-cases/forget-what-is-over.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

it('forgets old sessions with their tokens, and keeps those that can be refreshed', async () => {
  const em = world.database.fork();
  const { id } = await world.aShopper();
  for (const days of [-8, -6, 14]) {
    const session = newId();
    await em.execute(
      `INSERT INTO sessions (id, user_id, created_at, expires_at)
       VALUES (?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? DAY)`,
      [session, id, days],
    );
    await em.execute('INSERT INTO refresh_tokens VALUES (?, ?, UTC_TIMESTAMP(3), NULL)', [`token of ${days}`, session]);
  }
  await forgetWhatIsOver(world.database.fork);
  const left = await em.execute('SELECT token_hash FROM refresh_tokens ORDER BY token_hash');
  expect(left).toEqual([{ token_hash: 'token of -6' }, { token_hash: 'token of 14' }]);
});

it('forgets what was voided after a day, and never what is pending, posted or free', async () => {
  const em = world.database.fork();
  const { id: userId } = await world.aShopper();
  const when = 'UTC_TIMESTAMP(3) - INTERVAL ? HOUR';
  let sequence = 0;
  for (const hours of [23, 25]) {
    for (const reason of ['RELEASED', 'REFUSED', 'FREE']) {
      await em.execute(
        `INSERT INTO point_transfers
           (id, kind, state, voided_because, debit_account, credit_account, amount, order_id, created_at, settled_at)
         VALUES (?, 'SPEND', 'VOIDED', ?, ?, 'sales', 0, ?, ${when}, ${when})`,
        [newId(), reason, userId, newId(), hours, hours],
      );
    }
    await em.execute(
      `INSERT INTO point_transfers (id, kind, state, debit_account, credit_account, amount, order_id, created_at)
       VALUES (?, 'SPEND', 'PENDING', ?, 'sales', 1, ?, ${when})`,
      [newId(), userId, newId(), hours],
    );
    await em.execute(
      `INSERT INTO point_transfers
         (id, kind, state, debit_account, credit_account, amount, order_id, created_at, settled_at, sequence, balance_after)
       VALUES (?, 'SPEND', 'POSTED', ?, 'sales', 1, ?, ${when}, ${when}, ?, 0)`,
      [newId(), userId, newId(), hours, hours, ++sequence],
    );
  }
  const left = () =>
    em.execute(
      `SELECT COALESCE(voided_because, state) AS what, COUNT(*) AS rest FROM point_transfers GROUP BY what ORDER BY what`,
    );
  await eventually(async () =>
    expect(await left()).toEqual([
      { what: 'FREE', rest: 2 },
      { what: 'PENDING', rest: 2 },
      { what: 'POSTED', rest: 2 },
      { what: 'REFUSED', rest: 1 },
      { what: 'RELEASED', rest: 1 },
    ]),
  );
});
