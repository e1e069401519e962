import { OrderOutcome } from '@shop/contracts';
import { sendCommand } from '@shop/messaging';
import { eventually } from '@shop/testkit';
import { type CardWorld, startCardWorld } from './card-world.ts';

let world: CardWorld;
beforeAll(async () => {
  world = await startCardWorld();
});
afterEach(async () => {
  await world.heal();
  await world.quiet();
  await world.expectBooksToAgree();
});
afterAll(() => world.close());

describe('a payment that comes to nothing in time', () => {
  it('is voided, and its order rejected and released', async () => {
    await world.restart({ payWithinSeconds: 1 });
    const { orderId, paymentId, tea } = await world.anOrder(await world.aBuyer());
    await world.restart();
    await world.becomes(orderId, 'REJECTED');
    await world.quiet();
    expect(await world.orderOf(orderId)).toMatchObject({ reason: 'PAYMENT_EXPIRED', payment: 'FAILED', intent: null });
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
    expect(await world.eventsOf(orderId)).toMatchObject([
      { type: 'order.status-changed', version: 1 },
      { type: 'order.status-changed', version: 2, data: { status: 'REJECTED' } },
    ]);
  });

  it('is given up by the question of a participant', async () => {
    await world.restart({ recoverEveryMs: 600_000 });
    const { orderId } = await world.anOrder(await world.aBuyer());
    expect(await sendCommand(world.bus, OrderOutcome, { orderId })).toMatchObject({ outcome: 'PENDING' });
    await world.expire(orderId);
    expect(await sendCommand(world.bus, OrderOutcome, { orderId })).toEqual({ outcome: 'REJECTED' });
    expect((await world.orderOf(orderId))?.reason).toBe('PAYMENT_EXPIRED');
    await world.restart();
  });

  it('is decided one way or the other when the buyer pays at that very moment', async () => {
    const buyer = await world.aBuyer();
    const orders = await Promise.all(Array.from({ length: 16 }, () => world.anOrder(buyer)));
    await Promise.all(
      orders.map(async ({ orderId, page }, index) => {
        await world.expire(orderId, 0.3);
        await eventually(async () => {
          const [row] = await world.rows<{ ms: string }>(
            'SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), decide_by) / 1000 AS ms FROM orders WHERE id = ?',
            [orderId],
          );
          expect(Number(row?.ms)).toBeLessThan(index * 12 - 20);
        });
        await world.decide(page);
      }),
    );
    await eventually(
      async () => {
        const open = await world.rows("SELECT id FROM orders WHERE status = 'AWAITING_PAYMENT' AND user_id = ?", [
          buyer.id,
        ]);
        expect(open).toEqual([]);
      },
      { timeoutMs: 15_000 },
    );
  });

  it.each(['error', 'timeout', 'lost-answer'])('is voided in the end when voiding it says %s', async (mode) => {
    const { orderId, paymentId } = await world.anOrder(await world.aBuyer());
    await world.behave({ mode, on: '/void', forMs: 800 });
    await world.expire(orderId);
    await world.becomes(orderId, 'REJECTED');
    await world.quiet();
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
  });

  it('is refunded when the money came in all the same', async () => {
    await world.behave({ webhooks: 'none' });
    await world.restart({ lookAgainSeconds: 600, recoverEveryMs: 600_000 });
    const { orderId, paymentId, page } = await world.anOrder(await world.aBuyer());
    await world.decide(page);
    await world.atOnce(paymentId, 'capture');
    await world.expire(orderId);
    await sendCommand(world.bus, OrderOutcome, { orderId });
    await world.restart();
    await world.quiet();
    expect(await world.orderOf(orderId)).toMatchObject({ status: 'REJECTED', payment: 'REFUNDED' });
  });

  it('is returned when it turns up after it was given up as lost', async () => {
    const { orderId, paymentId, page } = await world.anOrder(await world.aBuyer());
    await world.rows(
      `UPDATE orders JOIN payments ON payments.order_id = orders.id
          SET orders.status = 'REJECTED', reason = 'TIMED_OUT', payment_intent = NULL, lease_until = NULL,
              stock_hold = 'RELEASED', payments.status = 'FAILED' WHERE orders.id = ?`,
      [orderId],
    );
    await world.decide(page);
    await eventually(async () => expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' }));
    expect((await world.orderOf(orderId))?.status).toBe('REJECTED');
  });
});

describe('cancelled', () => {
  it('before it is paid, it is voided, and takes nothing', async () => {
    const buyer = await world.aBuyer();
    const { orderId, paymentId, page, tea } = await world.anOrder(buyer);
    const { order, userErrors } = await world.cancel(buyer, { orderId, reason: 'No more tea.' });
    expect(userErrors).toEqual([]);
    expect(order).toMatchObject({
      status: 'CANCELLED',
      reason: 'No more tea.',
      payment: { status: 'FAILED', redirectUrl: null },
    });
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
    await world.decide(page);
    await world.quiet();
    expect((await world.cancel(buyer, { orderId })).order).toMatchObject({
      status: 'CANCELLED',
      reason: 'No more tea.',
    });
    expect(await sendCommand(world.bus, OrderOutcome, { orderId })).toEqual({ outcome: 'CANCELLED' });
    expect((await world.eventsOf(orderId)).slice(1)).toMatchObject([
      { type: 'order.cancelled', version: 1, data: { refundedPoints: 0 } },
      { type: 'order.status-changed', version: 2, data: { status: 'CANCELLED' } },
    ]);
  });

  it('after it is paid, it is refunded, and gives everything back', async () => {
    const { buyer, orderId, paymentId, tea } = await world.aPaidOrder();
    const { order } = await world.cancel(buyer, { orderId });
    expect(order).toMatchObject({ status: 'CANCELLED', payment: { status: 'REFUNDED', amount: { amount: 20_000 } } });
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'REFUNDED', refundedAmount: 20_000 });
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
    expect((await world.eventsOf(orderId)).slice(-2)).toMatchObject([
      { type: 'order.cancelled', data: { refundedPoints: 0 } },
      { type: 'order.status-changed', version: 3 },
    ]);
  });

  it('by ten at once, it is refunded once', async () => {
    const { buyer, orderId } = await world.aPaidOrder();
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.cancel(buyer, { orderId })));
    expect(answers.every(({ order }) => order?.status === 'CANCELLED')).toBe(true);
    await world.quiet();
    expect((await world.ledger()).filter(({ kind }) => kind === 'refund').length).toBeGreaterThan(0);
  });

  it('while it is being paid, it ends with all the money on one side', async () => {
    const buyer = await world.aBuyer();
    const orders = await Promise.all(Array.from({ length: 12 }, () => world.anOrder(buyer)));
    const answers = await Promise.all(
      orders.map(async ({ orderId, page }, index) => {
        const paying = world.decide(page);
        if (index % 3 === 0) await paying;
        if (index % 3 === 1)
          await eventually(async () => expect((await world.orderOf(orderId))?.intent).not.toBe('AWAIT'));
        const answer = await world.cancel(buyer, { orderId });
        await paying;
        return answer;
      }),
    );
    // Whether it is paid by then or not: it can be cancelled.
    expect(answers.map(({ order }) => order?.status)).toEqual(orders.map(() => 'CANCELLED'));
    await world.quiet();
    for (const { tea } of orders) expect(tea).toMatchObject({ onHand: 10, held: 0 });
  });

  it.each(['error', 'timeout', 'lost-answer', 'slow'])(
    'with a provider that says %s, it is voided later',
    async (mode) => {
      const buyer = await world.aBuyer();
      const { orderId, paymentId, tea } = await world.anOrder(buyer);
      await world.behave({ mode });
      expect((await world.cancel(buyer, { orderId })).order?.status).toBe('CANCELLED');
      expect(tea).toMatchObject({ onHand: 10, held: 0 });
      await world.heal();
      await world.quiet();
      expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
    },
  );

  it('is not what an order can be while its payment is being opened', async () => {
    const buyer = await world.aBuyer();
    await world.behave({ mode: 'timeout', on: 'POST' });
    const placing = world.anOrder(buyer);
    const opening = () =>
      world.rows<{ id: string }>("SELECT id FROM orders WHERE user_id = ? AND payment_intent = 'AUTHORISE'", [
        buyer.id,
      ]);
    await eventually(async () => expect(await opening()).toHaveLength(1));
    const [order] = await opening();
    const { userErrors } = await world.cancel(buyer, { orderId: order?.id });
    expect(userErrors).toMatchObject([{ code: 'ORDER_NOT_CANCELLABLE' }]);
    await world.heal();
    expect((await placing).order.status).toBe('AWAITING_PAYMENT');
  });

  it('is not what an order can be that was rejected', async () => {
    const buyer = await world.aBuyer();
    const { orderId, page } = await world.anOrder(buyer);
    await world.decide(page, 'decline');
    await world.becomes(orderId, 'REJECTED');
    const { userErrors } = await world.cancel(buyer, { orderId });
    expect(userErrors).toMatchObject([{ code: 'ORDER_NOT_CANCELLABLE' }]);
  });
});
