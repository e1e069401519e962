import { ConfirmStock, RefundPoints, RestockProducts, RestoreCoupon } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { createLogger, createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { startSagaWatch } from '../src/watch-sagas.ts';
import { type Buyer, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => world.others.heal());
afterAll(() => world.close());

const UNDOS = [RefundPoints, RestockProducts, RestoreCoupon].map(({ subject }) => subject);

async function aPlacedOrder(buyer: Buyer) {
  const tea = world.others.aProduct({ price: 10_000, onHand: 10 });
  const coupon = world.others.aCoupon({ userId: buyer.id, discount: 1_000 });
  const { order } = await world.place(buyer, { lines: [{ productId: tea.id, quantity: 2 }], couponId: coupon.id });
  return { orderId: order?.id ?? '', tea, coupon };
}

it('gives back stock, points and coupon, and says so once', async () => {
  const buyer = await world.aBuyer({ points: 50_000 });
  const { orderId, tea, coupon } = await aPlacedOrder(buyer);

  const { order, userErrors } = await world.cancel(buyer, { orderId, reason: ' Changed my mind. ' });

  expect(userErrors).toEqual([]);
  expect(order).toMatchObject({
    status: 'CANCELLED',
    reason: 'Changed my mind.',
    total: { amount: 19_000 },
    payment: { status: 'REFUNDED' },
  });
  expect(tea).toMatchObject({ onHand: 10, held: 0 });
  expect(buyer.account).toMatchObject({ balance: 50_000, held: 0 });
  expect(coupon.state).toBe('ACTIVE');
  expect((await world.eventsOf(orderId)).slice(3)).toMatchObject([
    { type: 'order.cancelled', version: 1, data: { reason: 'Changed my mind.', refundedPoints: 19_000 } },
    { type: 'order.status-changed', version: 2, data: { status: 'CANCELLED' } },
  ]);
});

it('refunds once, however many cancel at once', async () => {
  const buyer = await world.aBuyer({ points: 50_000 });
  const { orderId, tea } = await aPlacedOrder(buyer);
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.cancel(buyer, { orderId })));
  expect(answers.every(({ order }) => order?.status === 'CANCELLED')).toBe(true);
  expect(buyer.account.balance).toBe(50_000);
  expect(tea.onHand).toBe(10);
  expect((await world.eventsOf(orderId)).filter(({ type }) => type === 'order.cancelled')).toHaveLength(1);
});

it('undoes only after every confirm is acknowledged', async () => {
  const buyer = await world.aBuyer({ points: 50_000 });
  world.others.trouble(ConfirmStock, 'silent');
  const { orderId, tea } = await aPlacedOrder(buyer);
  const { order } = await world.cancel(buyer, { orderId });
  expect(order?.status).toBe('CANCELLED');
  const commandsOf = () => world.others.received.filter((one) => one.orderId === orderId).map(({ subject }) => subject);
  expect(commandsOf().filter((subject) => UNDOS.includes(subject))).toEqual([]);

  world.others.heal();
  await eventually(async () => expect(await world.unsettled()).toBe(0));
  expect(tea).toMatchObject({ onHand: 10, held: 0 });
  expect(buyer.account).toMatchObject({ balance: 50_000, held: 0 });
});

describe('an order that stands still', () => {
  const metrics = createMetrics('order');
  const gaugeOf = async (name: string) => (await metrics.registry.getSingleMetric(name)?.get())?.values[0]?.value ?? 0;

  it('is seen by how long it has got nowhere, not by its age, whoever else buys', async () => {
    const [buyer, other] = [await world.aBuyer({ points: 50_000 }), await world.aBuyer({ points: 50_000 })];
    const { orderId } = await aPlacedOrder(buyer);
    const { orderId: justBegun } = await aPlacedOrder(other);
    await eventually(async () => expect(await world.unsettled()).toBe(0));
    const change = (sql: string, id: string) =>
      world.database.fork().execute(`UPDATE orders SET ${sql} WHERE id = ?`, [id]);
    await change('created_at = created_at - INTERVAL 1 DAY, completed_at = completed_at - INTERVAL 1 DAY', orderId);
    world.others.trouble(RefundPoints, 'silent');
    await world.cancel(buyer, { orderId });
    // As one is that nobody has driven yet.
    await change(
      "steps = '[]', completed_at = NULL, status = 'PENDING', lease_until = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR",
      justBegun,
    );

    const watch = startSagaWatch({
      fork: world.database.fork,
      metrics,
      log: createLogger('test', { level: 'silent' }),
    });
    await eventually(async () => expect(await gaugeOf('shop_sagas_open')).toBe(2));
    const age = await gaugeOf('shop_saga_oldest_seconds');
    await watch.close();
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThan(3_600);

    const anHourAgo = "DATE_FORMAT(UTC_TIMESTAMP(3) - INTERVAL 1 HOUR, '%Y-%m-%dT%T.000Z')";
    // Whoever drives it has lost it, and nobody takes it up.
    await change(
      `fence = fence + 1, lease_until = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR,
       created_at = UTC_TIMESTAMP(3) - INTERVAL 1 DAY, completed_at = created_at, cancelled_at = created_at,
       steps = JSON_ARRAY(JSON_OBJECT('name', 'decide', 'outcome', 'COMPLETED', 'at', ${anHourAgo}))`,
      orderId,
    );
    const later = startSagaWatch({
      fork: world.database.fork,
      metrics,
      log: createLogger('test', { level: 'silent' }),
    });
    await eventually(async () => expect(await gaugeOf('shop_saga_oldest_seconds')).toBeGreaterThan(3_500));
    await later.close();
    expect(await gaugeOf('shop_saga_oldest_seconds')).toBeLessThan(3_700);

    world.others.heal();
    await change('lease_until = UTC_TIMESTAMP(3)', orderId);
    await change("status = 'COMPLETED', completed_at = created_at, lease_until = NULL", justBegun);
    await eventually(async () => expect(await world.unsettled()).toBe(0));
  });
});

it.each([RefundPoints, RestockProducts, RestoreCoupon])('asks $subject until it answers', async (command) => {
  const buyer = await world.aBuyer({ points: 50_000 });
  const { orderId, tea, coupon } = await aPlacedOrder(buyer);
  world.others.trouble(command, 'answer-lost');
  expect((await world.cancel(buyer, { orderId })).order?.status).toBe('CANCELLED');
  await world.restart();
  world.others.heal();
  await eventually(async () => expect(await world.unsettled()).toBe(0));
  expect(tea).toMatchObject({ onHand: 10, held: 0 });
  expect(buyer.account).toMatchObject({ balance: 50_000, held: 0 });
  expect(coupon.state).toBe('ACTIVE');
});

it('is for the buyer and for an ADMIN', async () => {
  const [buyer, stranger] = [await world.aBuyer(), await world.aBuyer()];
  const admin = await world.aBuyer({ role: 'ADMIN' });
  const { orderId, tea } = await aPlacedOrder(buyer);
  const refused = await world.cancel(stranger, { orderId });
  expect(refused).toMatchObject({ order: null, userErrors: [{ code: 'ORDER_NOT_FOUND', path: ['input', 'orderId'] }] });
  expect(tea.onHand).toBe(8);
  expect((await world.cancel(admin, { orderId })).order).toMatchObject({
    status: 'CANCELLED',
    reason: 'CANCELLED_BY_ADMIN',
  });
});

it.each([
  ['', ''],
  ['of nothing', 'nothing'],
  ['that is not there', newId()],
])('finds no order for an id %s', async (_what, orderId) =>
  expect((await world.cancel(await world.aBuyer(), { orderId })).userErrors).toMatchObject([
    { code: 'ORDER_NOT_FOUND' },
  ]),
);

it.each(['', '   ', 'x'.repeat(501)])('does not take every reason', async (reason) => {
  const buyer = await world.aBuyer();
  const { orderId } = await aPlacedOrder(buyer);
  const { errors } = await world.cancel(buyer, { orderId, reason });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'reason' } }]);
});

it('does not cancel what was rejected', async () => {
  const buyer = await world.aBuyer({ points: 0 });
  const tea = world.others.aProduct();
  await world.place(buyer, { lines: [{ productId: tea.id, quantity: 1 }] });
  const [row] = await world.database
    .fork()
    .execute<{ id: string }[]>('SELECT id FROM orders WHERE user_id = ?', [buyer.id]);
  const { userErrors } = await world.cancel(buyer, { orderId: row?.id });
  expect(userErrors).toMatchObject([{ code: 'ORDER_NOT_CANCELLABLE' }]);
});
