import { OrderOutcome } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { handleCommand, serveCommands } from '@shop/messaging';
import { createLogger, createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { startWorld, type World } from './world.ts';

type Outcome = 'COMPLETED' | 'REJECTED' | 'CANCELLED' | 'PENDING' | 'UNKNOWN';

let world: World;
beforeAll(async () => {
  world = await startWorld({ env: { HOLD_SWEEP_MS: '50' } });
});
afterAll(() => world.close());

/** Stands in for the order service: it knows what has become of its orders, and counts how often it is asked. */
async function anOrderService(outcomes: Map<string, Outcome>) {
  const asked = new Map<string, number>();
  const handler = handleCommand(OrderOutcome, async ({ orderId }) => {
    asked.set(orderId, (asked.get(orderId) ?? 0) + 1);
    return { outcome: outcomes.get(orderId) ?? 'UNKNOWN' };
  });
  const log = createLogger('test', { level: 'silent' });
  const metrics = createMetrics('test');
  const serving = serveCommands(world.bus, { queue: 'order', handlers: [handler], log, metrics });
  // From here on the server knows of it: whoever asks finds somebody there.
  await world.bus.connection.flush();
  return { asked, ...serving };
}

/** An order that holds four of ten units, and whose time is over. */
async function aLateHold() {
  const productId = await world.aProduct({ stock: 10 });
  const orderId = newId();
  await world.hold(orderId, [{ productId, quantity: 4 }]);
  const passTime = () =>
    world.rows('UPDATE stock_holds SET check_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE order_id = ?', [orderId]);
  return { productId, orderId, passTime };
}

it.each<[Outcome, { onHand: number; held: number }]>([
  ['COMPLETED', { onHand: 6, held: 0 }],
  ['REJECTED', { onHand: 10, held: 0 }],
  ['CANCELLED', { onHand: 10, held: 0 }],
  ['UNKNOWN', { onHand: 10, held: 0 }],
])('settles the late hold of an order that is %s', async (outcome, stock) => {
  const { productId, orderId, passTime } = await aLateHold();
  const orders = await anOrderService(new Map([[orderId, outcome]]));
  await passTime();
  await eventually(async () => expect(await world.stock(productId)).toEqual(stock));
  await orders.close();
});

it('leaves the hold of an order that is not decided, and asks again later', async () => {
  const { productId, orderId, passTime } = await aLateHold();
  const outcomes = new Map<string, Outcome>([[orderId, 'PENDING']]);
  const orders = await anOrderService(outcomes);
  await passTime();
  await eventually(() => expect(orders.asked.get(orderId)).toBe(1));
  expect(await world.stock(productId)).toEqual({ onHand: 10, held: 4 });

  outcomes.set(orderId, 'COMPLETED');
  await eventually(async () => {
    await passTime();
    expect(await world.stock(productId)).toEqual({ onHand: 6, held: 0 });
  });
  await orders.close();
});

it('keeps a hold for as long as nobody can say what has become of its order', async () => {
  const { productId, orderId, passTime } = await aLateHold();
  await passTime();
  const isAskedLater = async () => {
    const rows = await world.rows('SELECT 1 FROM stock_holds WHERE order_id = ? AND check_at > UTC_TIMESTAMP(3)', [
      orderId,
    ]);
    expect(rows).toHaveLength(1);
  };
  await eventually(isAskedLater);
  expect(await world.stock(productId)).toEqual({ onHand: 10, held: 4 });

  const orders = await anOrderService(new Map([[orderId, 'REJECTED']]));
  await passTime();
  await eventually(async () => expect(await world.stock(productId)).toEqual({ onHand: 10, held: 0 }));
  await orders.close();
});

it('does not ask before the time is over', async () => {
  const orders = await anOrderService(new Map());
  const early = await world.aProduct({ stock: 10 });
  const earlyOrder = newId();
  await world.hold(earlyOrder, [{ productId: early, quantity: 1 }]);
  const { productId, passTime } = await aLateHold();
  await passTime();
  await eventually(async () => expect(await world.stock(productId)).toEqual({ onHand: 10, held: 0 }));
  expect(orders.asked.has(earlyOrder)).toBe(false);
  await orders.close();
});

it('forgets a tombstone after a day, and nothing that was sold', async () => {
  const [released, sold] = [newId(), newId()];
  const productId = await world.aProduct();
  await world.release(released);
  await world.hold(sold, [{ productId, quantity: 1 }]);
  await world.confirm(sold);
  await world.rows('UPDATE stock_holds SET settled_at = UTC_TIMESTAMP(3) - INTERVAL 25 HOUR WHERE order_id IN (?)', [
    [released, sold],
  ]);
  await eventually(async () => {
    expect(await world.rows('SELECT 1 FROM stock_holds WHERE order_id = ?', [released])).toHaveLength(0);
  });
  expect(await world.restock(sold)).toBe('RESTOCKED');
});
