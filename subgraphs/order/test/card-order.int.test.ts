import { HoldStock, OrderOutcome } from '@shop/contracts';
import { newId } from '@shop/kernel';
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

it('waits for its buyer with everything held, and takes it when they have paid', async () => {
  const buyer = await world.aBuyer({ points: 0 });
  const tea = world.others.aProduct({ name: 'Tea', price: 12_000, onHand: 10 });
  const coupon = world.others.aCoupon({ userId: buyer.id, discount: 4_000 });
  const input = { lines: [{ productId: tea.id, quantity: 2 }], couponId: coupon.id, paymentMethod: 'CARD' };
  const { order, userErrors } = await world.place(buyer, input);

  expect(userErrors).toEqual([]);
  expect(order).toMatchObject({
    status: 'AWAITING_PAYMENT',
    completedAt: null,
    ...{ subtotal: { amount: 24_000 }, discount: { amount: 4_000 }, total: { amount: 20_000 } },
    lines: [{ productName: 'Tea', quantity: 2 }],
    payment: { method: 'CARD', status: 'PENDING', amount: { amount: 20_000 }, redirectUrl: expect.any(String) },
  });
  expect(tea).toMatchObject({ onHand: 10, held: 2 });
  expect(coupon.state).toBe('HELD');
  const hold = world.others.received.find((one) => one.orderId === order?.id && one.subject === HoldStock.subject);
  expect(hold?.expiresInSeconds).toBe(900);
  const outcome = await sendCommand(world.bus, OrderOutcome, { orderId: order?.id ?? '' });
  expect(outcome).toMatchObject({ outcome: 'PENDING', deadline: expect.any(String) });

  await world.decide(order?.payment?.redirectUrl ?? '');
  await becomes(order?.id ?? '', 'COMPLETED');
  await world.quiet();
  expect(tea).toMatchObject({ onHand: 8, held: 0 });
  expect(coupon.state).toBe('USED');
  expect(await world.orderOf(order?.id ?? '')).toMatchObject({ payment: 'CAPTURED', intent: null });
  expect(await world.eventsOf(order?.id ?? '')).toMatchObject([
    { type: 'order.status-changed', version: 1, data: { status: 'AWAITING_PAYMENT' } },
    { type: 'order.completed', version: 1, data: { total: 20_000, couponId: coupon.id, lines: [{ quantity: 2 }] } },
    { type: 'order.status-changed', version: 2, data: { status: 'COMPLETED' } },
    { type: 'payment.completed', data: { method: 'CARD', amount: 20_000, paymentId: order?.payment?.id } },
  ]);
  const read = await buyer.client.query<{ order: { payment: object } }>(
    'query ($id: ID!) { order(id: $id) { payment { status redirectUrl } } }',
    { id: order?.id },
  );
  expect(read.data?.order.payment).toEqual({ status: 'CAPTURED', redirectUrl: null });
});

it('is complete at once when there is nothing to pay', async () => {
  const buyer = await world.aBuyer({ points: 0 });
  const tea = world.others.aProduct({ price: 5_000 });
  const coupon = world.others.aCoupon({ userId: buyer.id, discount: 9_000 });
  const input = { lines: [{ productId: tea.id, quantity: 1 }], couponId: coupon.id, paymentMethod: 'CARD' };
  const { order } = await world.place(buyer, input);
  expect(order).toMatchObject({
    status: 'COMPLETED',
    payment: { method: 'CARD', status: 'CAPTURED', redirectUrl: null },
  });
  expect(await world.atProvider(order?.payment?.id ?? '')).toBeNull();
  const cancelled = await world.cancel(buyer, { orderId: order?.id });
  expect(cancelled.order).toMatchObject({ status: 'CANCELLED', payment: { status: 'REFUNDED' } });
});

it('is refused when the card is declined, and leaves nothing held', async () => {
  await world.behave({ cards: 'declined' });
  const buyer = await world.aBuyer();
  const tea = world.others.aProduct({ onHand: 10 });
  const input = { lines: [{ productId: tea.id, quantity: 1 }], paymentMethod: 'CARD', idempotencyKey: newId() };
  const { order, userErrors } = await world.place(buyer, input);
  expect(order).toBeNull();
  expect(userErrors).toMatchObject([{ code: 'PAYMENT_DECLINED' }]);
  expect(tea).toMatchObject({ onHand: 10, held: 0 });
  expect((await world.place(buyer, input)).userErrors).toEqual(userErrors);
});

it('is rejected when the buyer declines', async () => {
  const { orderId, tea, page } = await world.anOrder(await world.aBuyer());
  await world.decide(page, 'decline');
  await becomes(orderId, 'REJECTED');
  await world.quiet();
  expect(await world.orderOf(orderId)).toMatchObject({ reason: 'PAYMENT_DECLINED', payment: 'FAILED', intent: null });
  expect(tea).toMatchObject({ onHand: 10, held: 0 });
});

it('answers the same key with where to pay, and later with what became of it', async () => {
  const buyer = await world.aBuyer();
  const lines = [{ productId: world.others.aProduct().id, quantity: 1 }];
  const input = { lines, paymentMethod: 'CARD', idempotencyKey: newId() };
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => world.place(buyer, input)));
  expect(new Set(answers.map(({ order }) => order?.payment?.redirectUrl)).size).toBe(1);
  await world.decide(answers[0]?.order?.payment?.redirectUrl ?? '');
  await becomes(answers[0]?.order?.id ?? '', 'COMPLETED');
  expect((await world.place(buyer, input)).order?.status).toBe('COMPLETED');
});

it('is finished by a buyer who comes back, when nobody else says anything', async () => {
  await world.behave({ webhooks: 'none' });
  await world.restart({ lookAgainSeconds: 600 });
  const { orderId, page } = await world.anOrder(await world.aBuyer());
  const sentBack = await world.decide(page);
  const answer = await fetch(sentBack.headers.get('location') ?? '');
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Thank you')]);
  expect((await world.orderOf(orderId))?.status).toBe('COMPLETED');
  expect((await fetch(`${world.serviceUrl()}/payments/return?payment=nonsense`)).status).toBe(200);
  await world.restart();
});

const modes = ['error', 'timeout', 'lost-answer', 'slow', 'rate-limited'];

describe('with a provider that, when the payment is requested, says', () => {
  it.each(modes)('%s for a moment: it is requested once', async (mode) => {
    const buyer = await world.aBuyer();
    await world.behave({ mode, forMs: 250 });
    const { paymentId, order } = await world.anOrder(buyer);
    expect(order.status).toBe('AWAITING_PAYMENT');
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'PENDING' });
  });

  it.each(modes)('%s for too long: it is rejected, and nothing stays open there', async (mode) => {
    const buyer = await world.aBuyer();
    await world.behave({ mode });
    const { order, orderId, paymentId, tea } = await world.anOrder(buyer);
    expect(order).toMatchObject({
      status: 'REJECTED',
      reason: 'TIMED_OUT',
      payment: { status: 'FAILED', redirectUrl: null },
    });
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
    await world.heal();
    await world.quiet();
    expect((await world.orderOf(orderId))?.payment).toBe('FAILED');
    expect([undefined, 'VOIDED']).toContain((await world.atProvider(paymentId))?.status);
  });
});

describe('with a provider that, when the money is captured, says', () => {
  it.each(modes)('%s: it is captured once, and completed', async (mode) => {
    const { orderId, page } = await world.anOrder(await world.aBuyer());
    await world.behave({ mode, on: '/capture', forMs: 800 });
    await world.decide(page);
    await becomes(orderId, 'COMPLETED');
    expect((await world.orderOf(orderId))?.payment).toBe('CAPTURED');
  });

  it.each(modes)('%s, and nothing else for a while: it is captured once, and completed', async (mode) => {
    const { orderId, page } = await world.anOrder(await world.aBuyer());
    await world.behave({ mode, forMs: 800 });
    await world.decide(page);
    await becomes(orderId, 'COMPLETED');
  });
});

describe('with a provider that, when the money is refunded, says', () => {
  it.each(modes)('%s: it is refunded once', async (mode) => {
    const buyer = await world.aBuyer();
    const { orderId, paymentId, page, tea } = await world.anOrder(buyer);
    await world.decide(page);
    await becomes(orderId, 'COMPLETED');
    await world.behave({ mode, on: '/refund', forMs: 800 });
    expect((await world.cancel(buyer, { orderId })).order?.status).toBe('CANCELLED');
    await world.quiet();
    expect((await world.orderOf(orderId))?.payment).toBe('REFUNDED');
    expect(await world.atProvider(paymentId)).toMatchObject({ status: 'REFUNDED', refundedAmount: 20_000 });
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
  });
});

it('asks what became of a request that was not answered before it makes another', async () => {
  await world.behave({ webhooks: 'none' });
  const [request, capture, status] = ['POST /payments', 'POST /payments/:id/capture', 'GET /payments?key=:id'];
  const asked = (from: string) =>
    world.requests.slice(world.requests.indexOf(from)).filter((one) => !one.includes('pay/'));
  world.requests.length = 0;
  await world.behave({ mode: 'lost-answer', on: 'POST' });
  const placing = world.anOrder(await world.aBuyer());
  await eventually(() => expect(world.requests).toContain(request));
  const { orderId, page } = await placing;
  expect(asked(request).slice(0, 2)).toEqual([request, status]);
  expect(asked(request).filter((one) => one === request)).toHaveLength(1);

  await world.decide(page);
  await becomes(orderId, 'COMPLETED');
  expect(asked(capture)).toEqual([capture, status]);
});

it('gets every order through, and keeps the books, when every fourth answer is lost', async () => {
  const buyer = await world.aBuyer();
  const orders = await Promise.all(Array.from({ length: 8 }, () => world.anOrder(buyer)));
  await world.behave({ mode: 'lost-answer', share: 0.25, forMs: 4_000 });
  await Promise.all(orders.map(({ page }) => world.decide(page)));
  await Promise.all(orders.map(({ orderId }) => becomes(orderId, 'COMPLETED')));
  await Promise.all(orders.slice(0, 4).map(({ orderId }) => world.cancel(buyer, { orderId })));
  await world.quiet();
});

it('takes no order by card while it is clear that the provider is away, and all others', async () => {
  const buyer = await world.aBuyer();
  const lines = [{ productId: world.others.aProduct().id, quantity: 1 }];
  await world.behave({ mode: 'error' });
  await eventually(async () => {
    const { errors } = await world.place(buyer, { lines, paymentMethod: 'CARD' });
    expect(errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
  });
  expect((await world.place(buyer, { lines })).order?.status).toBe('COMPLETED');
  expect((await (await fetch(`${world.serviceUrl()}/readyz`)).json()).ready).toBe(true);
  await world.heal();
  await eventually(async () => {
    const { order } = await world.place(buyer, { lines, paymentMethod: 'CARD' });
    expect(order?.status).toBe('AWAITING_PAYMENT');
  });
});

it('is not completed by a payment of another amount', async () => {
  const { orderId, paymentId, page } = await world.anOrder(await world.aBuyer());
  await world.rows('UPDATE payments SET amount = amount + 1 WHERE id = ?', [paymentId]);
  await world.decide(page);
  await becomes(orderId, 'REJECTED');
  await world.quiet();
  expect(await world.orderOf(orderId)).toMatchObject({ reason: 'PAYMENT_MISMATCH', payment: 'FAILED' });
  expect(await world.atProvider(paymentId)).toMatchObject({ status: 'VOIDED' });
});
