import { randomBytes } from 'node:crypto';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { type CardWorld, startCardWorld } from './card-world.ts';

let world: CardWorld;
beforeAll(async () => {
  // Nobody asks unless somebody says something.
  world = await startCardWorld({ lookAgainSeconds: 600 });
});
afterEach(async () => {
  await world.heal();
  await world.quiet();
  await world.expectBooksToAgree();
});
afterAll(() => world.close());

const statusOf = async (orderId: string) => (await world.orderOf(orderId))?.status;
const becomes = (orderId: string, status: string) =>
  eventually(async () => expect(await statusOf(orderId)).toBe(status), { timeoutMs: 10_000 });

it.each(['normal', 'early', 'late', 'twice'])('finishes a payment when webhooks are %s', async (webhooks) => {
  await world.behave({ webhooks });
  const { orderId, page } = await world.anOrder(await world.aBuyer());
  await world.decide(page);
  await becomes(orderId, 'COMPLETED');
});

it('finishes it without any', async () => {
  await world.behave({ webhooks: 'none' });
  await world.restart({ lookAgainSeconds: 0.1 });
  const { orderId, page } = await world.anOrder(await world.aBuyer());
  await world.decide(page);
  await becomes(orderId, 'COMPLETED');
  await world.restart();
});

it('does nothing for a forged one', async () => {
  await world.behave({ webhooks: 'forged' });
  const { orderId, paymentId, page } = await world.anOrder(await world.aBuyer());
  const stranger = `whsec_${randomBytes(32).toString('base64')}`;
  const { status, id } = await world.webhook({ idempotencyKey: paymentId, status: 'AUTHORISED' }, { secret: stranger });
  expect(status).toBe(401);
  expect(await world.rows('SELECT * FROM payment_webhooks WHERE id = ?', [id])).toEqual([]);
  expect(await statusOf(orderId)).toBe('AWAITING_PAYMENT');
  await world.heal();
  await world.decide(page);
  await becomes(orderId, 'COMPLETED');
});

it('believes no genuine one either, and asks the provider', async () => {
  const { orderId, paymentId } = await world.anOrder(await world.aBuyer());
  const { status, outcomeOf } = await world.webhook({ idempotencyKey: paymentId, status: 'CAPTURED', amount: 20_000 });
  expect(status).toBe(204);
  await eventually(async () => expect(await outcomeOf()).toBe('FINISHED'));
  expect(await statusOf(orderId)).toBe('AWAITING_PAYMENT');
  expect(await world.atProvider(paymentId)).toMatchObject({ status: 'PENDING' });
});

it.each([
  ['of the old secret', 204, () => ({ secret: world.oldSecret })],
  ['of four minutes ago', 204, () => ({ ageSeconds: 240 })],
  ['of six minutes ago', 401, () => ({ ageSeconds: 360 })],
  ['of six minutes ahead', 401, () => ({ ageSeconds: -360 })],
  ['of 70 kB', 413, () => ({ body: JSON.stringify({ data: { text: 'x'.repeat(70_000) } }) })],
])('answers one %s with %p', async (_what, expected, how) => {
  const { paymentId } = await world.anOrder(await world.aBuyer());
  expect((await world.webhook({ idempotencyKey: paymentId }, how())).status).toBe(expected);
});

it('does not take what is not signed', async () => {
  const url = `${world.serviceUrl()}/webhooks/payments`;
  const body = JSON.stringify({ data: { idempotencyKey: newId() } });
  expect((await fetch(url, { method: 'POST', body })).status).toBe(401);
  expect((await fetch(url, { method: 'POST' })).status).toBe(401);
  expect((await fetch(url)).status).toBe(404);
});

it.each<[string, object, string]>([
  ['a payment nobody knows', { data: { idempotencyKey: newId() } }, 'UNKNOWN'],
  ['no payment', { data: { idempotencyKey: "' OR 1=1 --" } }, 'UNKNOWN'],
  ['nothing', {}, 'UNREADABLE'],
])('takes one about %s, and is done with it', async (_what, message, outcome) => {
  const { status, outcomeOf } = await world.webhook(null, { body: JSON.stringify(message) });
  expect(status).toBe(204);
  await eventually(async () => expect(await outcomeOf()).toBe(outcome));
});

it('takes one that is no JSON, and is done with it', async () => {
  const { status, outcomeOf } = await world.webhook(null, { body: '{"data":' });
  expect(status).toBe(204);
  await eventually(async () => expect(await outcomeOf()).toBe('UNREADABLE'));
});

it('takes the same one once', async () => {
  const { paymentId } = await world.anOrder(await world.aBuyer());
  const id = `msg_${newId()}`;
  const answers = await Promise.all([1, 2, 3].map(() => world.webhook({ idempotencyKey: paymentId }, { id })));
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
  expect(await world.rows('SELECT id FROM payment_webhooks WHERE id = ?', [id])).toHaveLength(1);
});

it('wants it again when it could not be kept', async () => {
  const { paymentId } = await world.anOrder(await world.aBuyer());
  await world.rows('RENAME TABLE payment_webhooks TO elsewhere');
  const id = `msg_${newId()}`;
  try {
    expect((await world.webhook({ idempotencyKey: paymentId }, { id })).status).toBe(500);
  } finally {
    await world.rows('RENAME TABLE elsewhere TO payment_webhooks');
  }
  expect((await world.webhook({ idempotencyKey: paymentId }, { id })).status).toBe(204);
});

it('does not forget one that comes while somebody is still hearing older news', async () => {
  const { orderId, paymentId, page } = await world.anOrder(await world.aBuyer());
  await world.behave({ mode: 'slow', on: 'GET /payments' });
  const comingBack = fetch(`${world.serviceUrl()}/payments/return?payment=${paymentId}`);
  await eventually(async () => {
    const [row] = await world.rows<{ owner: string | null }>('SELECT lease_owner AS owner FROM orders WHERE id = ?', [
      orderId,
    ]);
    expect(row?.owner).not.toBeNull();
  });
  await world.heal();
  await world.decide(page);
  await comingBack;
  await becomes(orderId, 'COMPLETED');
});

it('is finished once by webhooks, buyers and workers of several processes at the same moment', async () => {
  const others = await Promise.all([world.startAnother({ lookAgainSeconds: 0.1 }), world.startAnother()]);
  await world.behave({ webhooks: 'twice' });
  const buyer = await world.aBuyer();
  const orders = await Promise.all(Array.from({ length: 8 }, () => world.anOrder(buyer)));
  await Promise.all(
    orders.map(async ({ page }) => {
      const back = (await world.decide(page)).headers.get('location') ?? '';
      await Promise.all([fetch(back), fetch(back), fetch(back)]);
    }),
  );
  for (const { orderId } of orders) {
    await becomes(orderId, 'COMPLETED');
    const events = (await world.eventsOf(orderId)).map(({ type, version }) => `${type} ${version}`);
    expect(events.sort()).toEqual([
      'order.completed 1',
      'order.status-changed 1',
      'order.status-changed 2',
      'payment.completed null',
    ]);
  }
  await world.quiet();
  await Promise.all(others.map((service) => service.close()));
});
