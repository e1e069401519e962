import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import { type Database, openDatabase } from '@shop/subgraph-kit';
import { startTestServers, type TestServers } from '@shop/testkit';
import { migrations } from '../src/db/migrations/index.ts';
import { openUserDatabase } from '../src/db/open-user-database.ts';
import { confirmPoints } from '../src/use-cases/confirm-points.ts';
import { holdPoints } from '../src/use-cases/hold-points.ts';
import { refundPoints } from '../src/use-cases/refund-points.ts';

let servers: TestServers;
let database: Database | undefined;
beforeAll(async () => {
  servers = await startTestServers({ database: 'user' });
});
afterAll(async () => {
  await database?.close();
  await servers?.close();
});

const log = createLogger('test', { level: 'silent' });

it('keeps every entry, hold and answer of the tables before the ledger', async () => {
  const settings = { DATABASE_URL: servers.databaseUrl, DATABASE_MIGRATE: true, DATABASE_POOL_SIZE: 5 };
  const before = await openDatabase({ settings, entities: [], migrations: migrations.slice(0, 1), log });
  const em = before.fork();
  const userId = newId();
  const orders = {
    held: newId(),
    spent: newId(),
    refunded: newId(),
    free: newId(),
    refused: newId(),
    released: newId(),
  };
  const tombstone = newId();
  const now = 'UTC_TIMESTAMP(3)';
  await em.execute(`INSERT INTO users VALUES (?, 'ada@shop.test', 'Ada', 'USER', 'x', ${now})`, [userId]);
  await em.execute('INSERT INTO point_accounts VALUES (?, 900, 300, 4)', [userId]);
  const entry = `INSERT INTO point_entries VALUES (?, ?, ?, ?, ?, ?, ?, ${now})`;
  await em.execute(entry, [newId(), userId, 1, 'CHARGE', 1_000, 1_000, null]);
  await em.execute(entry, [newId(), userId, 2, 'SPEND', 100, 900, orders.spent]);
  await em.execute(entry, [newId(), userId, 3, 'SPEND', 50, 850, orders.refunded]);
  await em.execute(entry, [newId(), userId, 4, 'REFUND', 50, 900, orders.refunded]);
  const hold = `INSERT INTO point_holds VALUES (?, ?, ?, ?, ?, ${now} + INTERVAL 1 MINUTE, ${now})`;
  await em.execute(hold, [orders.held, userId, 300, 'HELD', 0]);
  await em.execute(hold, [orders.spent, userId, 100, 'CONFIRMED', 0]);
  await em.execute(hold, [orders.refunded, userId, 50, 'REFUNDED', 0]);
  await em.execute(hold, [orders.free, userId, 0, 'CONFIRMED', 0]);
  await em.execute(hold, [orders.refused, userId, 5_000, 'REFUSED', 4_400]);
  await em.execute(hold, [orders.released, userId, 70, 'RELEASED', 0]);
  await em.execute(hold, [tombstone, null, 0, 'RELEASED', 0]);
  await em.execute(hold, [newId(), newId(), 10, 'REFUSED', 10]);
  await before.close();

  database = await openUserDatabase({ settings, log });
  const { fork } = database;
  const posted = await fork().execute(
    `SELECT kind, debit_account, credit_account, amount, balance_after FROM point_transfers
      WHERE user_id = ? AND sequence IS NOT NULL ORDER BY sequence`,
    [userId],
  );
  const line = (
    kind: string,
    debit_account: string,
    credit_account: string,
    amount: number,
    balance_after: number,
  ) => ({
    kind,
    debit_account,
    credit_account,
    amount,
    balance_after,
  });
  expect(posted).toEqual([
    line('CHARGE', 'charges', userId, 1_000, 1_000),
    line('SPEND', userId, 'sales', 100, 900),
    line('SPEND', userId, 'sales', 50, 850),
    line('REFUND', 'sales', userId, 50, 900),
  ]);

  const heldAgain = (orderId: string, amount: number) =>
    holdPoints({ em: fork() }, { orderId, userId, amount, expiresInSeconds: 60 });
  expect(await heldAgain(orders.held, 300)).toEqual({ outcome: 'HELD', balance: 600 });
  expect(await heldAgain(orders.refused, 5_000)).toMatchObject({ outcome: 'REFUSED', missing: 4_400 });
  for (const orderId of [orders.released, tombstone]) {
    expect(await heldAgain(orderId, 70)).toMatchObject({ outcome: 'REFUSED', problem: 'RELEASED_BEFORE' });
  }
  for (const orderId of [orders.held, orders.spent, orders.refunded, orders.free]) {
    expect(await confirmPoints({ em: fork() }, { orderId })).toBe('CONFIRMED');
  }
  expect(await refundPoints({ em: fork() }, { orderId: orders.refunded })).toBe(50);
  expect(await refundPoints({ em: fork() }, { orderId: orders.spent })).toBe(100);
  const [account] = await fork().execute('SELECT balance, pending, entry_count FROM point_accounts');
  expect(account).toEqual({ balance: 700, pending: 0, entry_count: 6 });
});
