import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { aCompletedOrder, anIssuedCoupon, publish, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => world.behave({ mode: 'ok' }));

const outages = { timeoutMs: 30_000 };

it('brings every event to the data platform once, with its id as the key', async () => {
  const events = [aCompletedOrder(), anIssuedCoupon()];
  for (const event of events) await publish(world.bus, event);
  for (const { id, type, data } of events) {
    await eventually(async () =>
      expect(await world.received(id)).toEqual([{ id, type, data, idempotencyKey: id, at: expect.any(String) }]),
    );
  }
  expect(await world.metrics()).toMatch(
    /shop_data_platform_deliveries_total\{type="coupon.issued",outcome="delivered"/,
  );
});

it('delivers an event once that was published twice, also to a worker that has restarted', async () => {
  const event = aCompletedOrder();
  await publish(world.bus, event);
  await eventually(async () => expect(await world.received(event.id)).toHaveLength(1));
  await world.restartWorker();
  await publish(world.bus, event);
  await eventually(async () => expect(await world.metrics()).toMatch(/type="order.completed",outcome="known"/));
  expect(await world.received(event.id)).toHaveLength(1);
});

it.each(['error', 'rate-limited', 'timeout'])(
  'waits while the data platform answers with %s, and loses nothing',
  async (mode) => {
    await world.behave({ mode });
    if (mode === 'timeout') await world.restartWorker({ deliveryTimeoutMs: 500 });
    const events = Array.from({ length: 10 }, aCompletedOrder);
    for (const event of events) await publish(world.bus, event);
    await eventually(async () => {
      const { ready, degraded } = await world.ready();
      expect([ready, degraded['data platform']]).toEqual([true, expect.any(String)]);
    }, outages);
    await world.behave({ mode: 'ok' });
    await eventually(async () => {
      for (const { id } of events) expect(await world.received(id)).not.toEqual([]);
    }, outages);
    expect(await world.deadLetters()).toEqual([]);
    if (mode === 'timeout') await world.restartWorker();
  },
);

it('delivers again under the same key when the answer got lost', async () => {
  await world.behave({ mode: 'lost-answer' });
  const event = aCompletedOrder();
  await publish(world.bus, event);
  await eventually(async () => expect((await world.received(event.id)).length).toBeGreaterThan(1), outages);
  const keys = (await world.received(event.id)).map(({ idempotencyKey }) => idempotencyKey);
  expect(new Set(keys)).toEqual(new Set([event.id]));
});

it('goes on by itself when NATS has been away', async () => {
  await world.servers.nats.stop();
  await eventually(async () => expect((await world.ready()).ready).toBe(false));
  await world.servers.nats.start();
  const event = aCompletedOrder();
  await eventually(() => publish(world.bus, event), outages);
  await eventually(async () => expect(await world.received(event.id)).not.toEqual([]), outages);
});

it('puts events off while its database is away, and goes on by itself', async () => {
  await world.servers.mysql.stop();
  const event = aCompletedOrder();
  await publish(world.bus, event);
  await eventually(async () => expect((await world.ready()).ready).toBe(false));
  expect(await world.received(event.id)).toEqual([]);
  await world.servers.mysql.start();
  await eventually(async () => expect(await world.received(event.id)).toHaveLength(1), outages);
  expect(await world.deadLetters()).toEqual([]);
});

it('puts aside what nobody can read, with the reason, and goes on', async () => {
  const poison = { ...aCompletedOrder(), data: { orderId: 'and nothing else' } };
  const healthy = aCompletedOrder();
  await publish(world.bus, poison);
  await publish(world.bus, healthy);
  await eventually(async () =>
    expect(await world.deadLetters()).toContainEqual(
      expect.objectContaining({ event: poison, error: expect.stringContaining('userId') }),
    ),
  );
  await eventually(async () => expect(await world.received(healthy.id)).toHaveLength(1));
});
