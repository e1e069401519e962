import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
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

it('forgets what came to nothing after a day, and never what was spent', async () => {
  const em = world.database.fork();
  for (const status of ['HELD', 'REFUSED', 'CONFIRMED', 'RELEASED', 'REFUNDED']) {
    for (const hours of [23, 25]) {
      await em.execute(
        'INSERT INTO point_holds (order_id, amount, status, changed_at) VALUES (?, 0, ?, UTC_TIMESTAMP(3) - INTERVAL ? HOUR)',
        [newId(), status, hours],
      );
    }
  }
  await forgetWhatIsOver(world.database.fork);
  const left = await em.execute('SELECT status, COUNT(*) AS rest FROM point_holds GROUP BY status ORDER BY status + 0');
  expect(left).toEqual([
    { status: 'HELD', rest: 2 },
    { status: 'REFUSED', rest: 1 },
    { status: 'CONFIRMED', rest: 2 },
    { status: 'RELEASED', rest: 1 },
    { status: 'REFUNDED', rest: 2 },
  ]);
});
