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

const becomes = (orderId: string, status: string) =>
  eventually(async () => expect((await world.orderOf(orderId))?.status).toBe(status), { timeoutMs: 15_000 });
const expire = (orderId: string, inSeconds = 0) =>
  world.rows('UPDATE orders SET decide_by = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ?', [inSeconds, orderId]);

async function aPaidOrder() {
  const buyer = await world.aBuyer();
  const placed = await world.anOrder(buyer);
  await world.decide(placed.page);
  await becomes(placed.orderId, 'COMPLETED');
  return { ...placed, buyer };
}

describe('a payment that comes to nothing in time', () => {
  it('is voided, and its order rejected and released', async () => {
    await world.restart({ payWithinSeconds: 1 });
    const { orderId, paymentId, tea } = await world.anOrder(await world.aBuyer());
    await world.restart();
    await becomes(orderId, 'REJECTED');
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
    await expire(orderId);
    expect(await sendCommand(world.bus, OrderOutcome, { orderId })).toEqual({ outcome: 'REJECTED' });
    expect((await world.orderOf(orderId))?.reason).toBe('PAYMENT_EXPIRED');
    await world.restart();
  });

  it('is decided one way or the other when the buyer pays at that very moment', async () => {
    const buyer = await world.aBuyer();
    const orders = await Promise.all(Array.from({ length: 16 }, () => world.anOrder(buyer)));
    await Promise.all(
      orders.map(async ({ orderId, page }, index) => {
        await expire(orderId, 0.3);
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
    await expire(orderId);
    await becomes(orderId, 'REJECTED');
    await world.quiet();
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
  });

  it('is refunded when the money came in all the same', async () => {
    await world.behave({ webhooks: 'none' });
    await world.restart({ lookAgainSeconds: 600, recoverEveryMs: 600_000 });
    const { orderId, paymentId, page } = await world.anOrder(await world.aBuyer());
    await world.decide(page);
    await world.atOnce(paymentId, 'capture');
    await expire(orderId);
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
    const { buyer, orderId, paymentId, tea } = await aPaidOrder();
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
    const { buyer, orderId } = await aPaidOrder();
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
    await becomes(orderId, 'REJECTED');
    const { userErrors } = await world.cancel(buyer, { orderId });
    expect(userErrors).toMatchObject([{ code: 'ORDER_NOT_CANCELLABLE' }]);
  });
});

describe('a process that dies', () => {
  // Asleep, nobody does anything: what happens then is what a dead process did not live to do, or to write down.
  const asleep = { lookAgainSeconds: 600, recoverEveryMs: 600_000, webhooksEveryMs: 600_000 };
  const left = (orderId: string, columns: string) =>
    world.rows(`UPDATE orders SET ${columns}, lease_owner = id, lease_until = UTC_TIMESTAMP(3) WHERE id = ?`, [
      orderId,
    ]);

  async function anOrderLeft(columns: string, happened: (paymentId: string, page: string) => Promise<unknown>) {
    await world.behave({ webhooks: 'none' });
    await world.restart(asleep);
    const placed = await world.anOrder(await world.aBuyer());
    await happened(placed.paymentId, placed.page);
    await left(placed.orderId, columns);
    await world.restart();
    await eventually(async () => expect((await world.orderOf(placed.orderId))?.intent).not.toBe('CAPTURE'));
    return placed;
  }
  const pending = "status = 'PENDING', status_version = 0, payment_intent = 'AUTHORISE'";
  const capturing = "payment_intent = 'CAPTURE'";

  it('before it asked for the payment has its order wait for it', async () => {
    await world.restart({ ...asleep, authoriseWithinMs: 3_000, providerTimeoutMs: 3_000 });
    await world.behave({ mode: 'timeout', on: 'POST' });
    const buyer = await world.aBuyer();
    const lines = [{ productId: world.others.aProduct().id, quantity: 1 }];
    const placing = world.place(buyer, { lines, paymentMethod: 'CARD' });
    const stored = () => world.rows<{ id: string }>("SELECT id FROM orders WHERE payment_intent = 'AUTHORISE'");
    await eventually(async () => expect(await stored()).toHaveLength(1));
    const [order] = await stored();
    await world.heal();
    const another = await world.startAnother();
    await left(order?.id ?? '', pending);
    await becomes(order?.id ?? '', 'AWAITING_PAYMENT');
    // Whoever was only slow finds that it is not theirs any more.
    expect((await placing).order).toMatchObject({ id: order?.id, status: 'AWAITING_PAYMENT' });
    await another.close();
    await world.restart();
  });

  it('after it asked for the payment has its order find it', async () => {
    const { orderId, paymentId, page } = await anOrderLeft(pending, async () => undefined);
    await becomes(orderId, 'AWAITING_PAYMENT');
    expect(await world.rows('SELECT redirect_url AS page FROM payments WHERE id = ?', [paymentId])).toEqual([{ page }]);
    await world.decide(page);
    await becomes(orderId, 'COMPLETED');
  });

  it('after it asked for the payment, too late for its order, has it voided', async () => {
    const late = `${pending}, decide_by = UTC_TIMESTAMP(3)`;
    const { orderId, paymentId, tea } = await anOrderLeft(late, async () => undefined);
    await becomes(orderId, 'REJECTED');
    await world.quiet();
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
    expect((await world.orderOf(orderId))?.reason).toBe('TIMED_OUT');
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
  });

  it('before it captured the money has it captured', async () => {
    const { orderId } = await anOrderLeft(capturing, (_id, page) => world.decide(page));
    await becomes(orderId, 'COMPLETED');
  });

  it('after it captured the money has its order completed', async () => {
    const { orderId, tea } = await anOrderLeft(capturing, async (paymentId, page) => {
      await world.decide(page);
      await world.atOnce(paymentId, 'capture');
    });
    await becomes(orderId, 'COMPLETED');
    await world.quiet();
    expect(tea).toMatchObject({ onHand: 8, held: 0 });
  });

  it('after it captured the money, too late for its order, has it refunded', async () => {
    const late = `${capturing}, decide_by = UTC_TIMESTAMP(3)`;
    const { orderId, tea } = await anOrderLeft(late, async (paymentId, page) => {
      await world.decide(page);
      await world.atOnce(paymentId, 'capture');
    });
    await becomes(orderId, 'REJECTED');
    await world.quiet();
    expect(await world.orderOf(orderId)).toMatchObject({ reason: 'PAYMENT_EXPIRED', payment: 'REFUNDED' });
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
  });

  const returning = `status = 'CANCELLED', cancelled_at = UTC_TIMESTAMP(3), payment_intent = 'RETURN'`;
  it.each(['void', 'nothing'] as const)('after %s of a cancelled order has the rest done', async (done) => {
    const { orderId, paymentId, tea } = await anOrderLeft(returning, async (key) => {
      if (done === 'void') await world.atOnce(key, 'void');
    });
    await world.quiet();
    expect(await world.orderOf(orderId)).toMatchObject({ status: 'CANCELLED', payment: 'FAILED', intent: null });
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
  });

  it('after it refunded a cancelled order, before it wrote it down, has it refunded once', async () => {
    const { buyer, orderId } = await aPaidOrder();
    await world.cancel(buyer, { orderId });
    await world.quiet();
    await left(orderId, "payment_intent = 'RETURN'");
    await world.restart();
    await world.quiet();
    expect(await world.orderOf(orderId)).toMatchObject({ status: 'CANCELLED', payment: 'REFUNDED', intent: null });
  });

  it('with webhooks it had taken has them acted on', async () => {
    await world.restart(asleep);
    const { orderId, page } = await world.anOrder(await world.aBuyer());
    await world.decide(page);
    await eventually(async () =>
      expect(await world.rows('SELECT id FROM payment_webhooks WHERE due_at IS NOT NULL')).toHaveLength(1),
    );
    await world.restart({ lookAgainSeconds: 600 });
    await becomes(orderId, 'COMPLETED');
    await world.restart();
  });
});
