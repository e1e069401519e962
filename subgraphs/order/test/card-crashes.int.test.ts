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
    await world.becomes(order?.id ?? '', 'AWAITING_PAYMENT');
    // Whoever was only slow finds that it is not theirs any more.
    expect((await placing).order).toMatchObject({ id: order?.id, status: 'AWAITING_PAYMENT' });
    await another.close();
    await world.restart();
  });

  it('after it asked for the payment has its order find it', async () => {
    const { orderId, paymentId, page } = await anOrderLeft(pending, async () => undefined);
    await world.becomes(orderId, 'AWAITING_PAYMENT');
    expect(await world.rows('SELECT redirect_url AS page FROM payments WHERE id = ?', [paymentId])).toEqual([{ page }]);
    await world.decide(page);
    await world.becomes(orderId, 'COMPLETED');
  });

  it('after it asked for the payment, too late for its order, has it voided', async () => {
    const late = `${pending}, decide_by = UTC_TIMESTAMP(3)`;
    const { orderId, paymentId, tea } = await anOrderLeft(late, async () => undefined);
    await world.becomes(orderId, 'REJECTED');
    await world.quiet();
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
    expect((await world.orderOf(orderId))?.reason).toBe('TIMED_OUT');
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
  });

  it('before it captured the money has it captured', async () => {
    const { orderId } = await anOrderLeft(capturing, (_id, page) => world.decide(page));
    await world.becomes(orderId, 'COMPLETED');
  });

  it('after it captured the money has its order completed', async () => {
    const { orderId, tea } = await anOrderLeft(capturing, async (paymentId, page) => {
      await world.decide(page);
      await world.atOnce(paymentId, 'capture');
    });
    await world.becomes(orderId, 'COMPLETED');
    await world.quiet();
    expect(tea).toMatchObject({ onHand: 8, held: 0 });
  });

  it('after it captured the money, too late for its order, has it refunded', async () => {
    const late = `${capturing}, decide_by = UTC_TIMESTAMP(3)`;
    const { orderId, tea } = await anOrderLeft(late, async (paymentId, page) => {
      await world.decide(page);
      await world.atOnce(paymentId, 'capture');
    });
    await world.becomes(orderId, 'REJECTED');
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
    const { buyer, orderId } = await world.aPaidOrder();
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
    await world.becomes(orderId, 'COMPLETED');
    await world.restart();
  });
});
