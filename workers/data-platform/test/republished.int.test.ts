import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { OrderCompleted } from '@shop/contracts';
import { recordEvent } from '@shop/messaging';
import { createLogger, loadConfig } from '@shop/service-kit';
import { type Database, databaseConfigSchema, openDatabase } from '@shop/subgraph-kit/database';
import { eventually } from '@shop/testkit';
import { aCompletedOrder, startWorld, type World } from './world.ts';

let world: World;
let database: Database;
beforeAll(async () => {
  world = await startWorld();
  const settings = loadConfig(databaseConfigSchema, { DATABASE_URL: world.servers.databaseUrl });
  const log = createLogger('test', { level: 'silent' });
  database = await openDatabase({ settings, entities: [], migrations: [], log });
});
afterAll(async () => {
  await database.close();
  await world.close();
});

/** Completes an order as the order service does; here the worker's own relay publishes it. */
async function completeOrder(): Promise<string> {
  const { subject, data } = aCompletedOrder();
  await database
    .fork()
    .transactional((em) => recordEvent(em, OrderCompleted, { subject, data: OrderCompleted.data.parse(data) }));
  const name = new URL(world.servers.databaseUrl).pathname.slice(1);
  world.bus.connection.publish(`outbox.wake.${name}`);
  return subject;
}

async function republish() {
  const program = fileURLToPath(new URL('../../../packages/messaging/src/events.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', program, 'republish', '--since', '1h'], {
    env: { PATH: process.env.PATH, NATS_URL: world.servers.nats.url, OUTBOX_DATABASE_URLS: world.servers.databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

const patience = { timeoutMs: 30_000 };

it('posts nothing twice when a lost stream is republished', async () => {
  const orders = await Promise.all(Array.from({ length: 20 }, completeOrder));
  const posts = async (orderId: string) =>
    (await world.receivedAll()).filter(({ data }) => (data as { orderId: string }).orderId === orderId);
  await eventually(async () => {
    for (const orderId of orders) expect(await posts(orderId)).toHaveLength(1);
  }, patience);

  // The worker makes it again, within 10 s; the command waits for that.
  await world.bus.admin.streams.delete('ORDER');
  expect(await republish()).toMatch(/20 events, 0 still in their streams, 20 published again/);
  await eventually(
    async () =>
      expect(await world.metrics()).toMatch(/type="order.completed",outcome="known",service="data-platform"\} 20/),
    patience,
  );
  for (const orderId of orders) expect(await posts(orderId)).toHaveLength(1);
  expect(await world.deadLetters()).toEqual([]);
}, 90_000);
