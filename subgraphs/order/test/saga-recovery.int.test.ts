import {
  ConfirmPoints,
  ConfirmStock,
  HoldPoints,
  HoldStock,
  OrderOutcome,
  ReleasePoints,
  ReleaseStock,
} from '@shop/contracts';
import { newId } from '@shop/kernel';
import { sendCommand } from '@shop/messaging';
import { eventually } from '@shop/testkit';
import { Order } from '../src/domain/order.ts';
import { inSeconds, now } from '../src/use-cases/lease.ts';
import { type Buyer, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ timing: { replayWaitMs: 100 } });
});
afterEach(() => world.others.heal());
afterAll(() => world.close());

const settled = () => eventually(async () => expect(await world.unsettled()).toBe(0), { timeoutMs: 15_000 });
const statusOf = async (id: string) => (await world.database.fork().findOneOrFail(Order, { id })).status;
const outcomeOf = (orderId: string) => sendCommand(world.bus, OrderOutcome, { orderId });

/** What a process leaves behind that died right after it stored the order. */
async function anAbandonedOrder(buyer: Buyer, productId: string, { decideInSeconds = 30 } = {}): Promise<Order> {
  const order = Order.place({
    userId: buyer.id,
    idempotencyKey: newId(),
    fingerprint: 'a'.repeat(64),
    requestedLines: [{ productId, quantity: 1 }],
    couponId: null,
    paymentMethod: 'POINTS',
  });
  await world.database.fork().insert(Order, {
    ...order,
    createdAt: now(),
    decideBy: inSeconds(decideInSeconds),
    leaseOwner: newId(),
    leaseUntil: now(),
  });
  return order;
}

describe('a participant that does not answer', () => {
  it.each([
    ['has it rejected in time, and is released when it is back', 'silent' as const],
    ['has it rejected in time, and what it holds all the same is released', 'answer-lost' as const],
  ])('%s', async (_fact, trouble) => {
    const buyer = await world.aBuyer({ points: 20_000 });
    const tea = world.others.aProduct({ price: 10_000, onHand: 10 });
    for (const command of [HoldPoints, ReleasePoints]) world.others.trouble(command, trouble);
    const input = { lines: [{ productId: tea.id, quantity: 1 }], idempotencyKey: newId() };

    const { order, userErrors } = await world.place(buyer, input);

    expect(userErrors).toEqual([]);
    expect(order).toMatchObject({ status: 'REJECTED', reason: 'TIMED_OUT', lines: [], payment: null });
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
    world.others.heal();
    await settled();
    expect(buyer.account).toMatchObject({ balance: 20_000, held: 0 });
    expect((await world.place(buyer, input)).order).toEqual(order);
    expect(await world.eventsOf(order?.id ?? '')).toMatchObject([
      { type: 'order.status-changed', data: { status: 'REJECTED' } },
    ]);
  });

  it('but is back before time is up costs only that time', async () => {
    const buyer = await world.aBuyer({ points: 20_000 });
    const tea = world.others.aProduct({ price: 10_000 });
    world.others.trouble(HoldStock, 'answer-lost');
    const placing = world.place(buyer, { lines: [{ productId: tea.id, quantity: 1 }] });
    await eventually(() => expect(tea.held).toBe(1));
    world.others.heal();
    expect((await placing).order?.status).toBe('COMPLETED');
    expect(tea).toMatchObject({ onHand: 99, held: 0 });
  });

  it('and then refuses is released too: an earlier question may still be on its way', async () => {
    const buyer = await world.aBuyer();
    const tea = world.others.aProduct({ onHand: 1 });
    const lines = [{ productId: tea.id, quantity: 1 }];
    world.others.trouble(HoldStock, 'silent');
    const placing = world.place(buyer, { lines });
    const questions = () => world.others.received.filter(({ subject }) => subject === HoldStock.subject);
    const before = questions().length;
    await eventually(() => expect(questions().length).toBe(before + 2));
    tea.onHand = 0;
    world.others.heal();
    expect((await placing).userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK' }]);

    tea.onHand = 1;
    const late = { orderId: questions().at(-1)?.orderId ?? '', userId: buyer.id, lines, expiresInSeconds: 60 };
    expect(await sendCommand(world.bus, HoldStock, late)).toMatchObject({ problems: [{ problem: 'RELEASED_BEFORE' }] });
    expect(tea.held).toBe(0);
  });

  it('has a second request with the key come back later', async () => {
    const buyer = await world.aBuyer();
    const tea = world.others.aProduct();
    const input = { lines: [{ productId: tea.id, quantity: 1 }], idempotencyKey: newId() };
    world.others.trouble(HoldStock, 'answer-lost');
    const first = world.place(buyer, input);
    await eventually(() => expect(tea.held).toBe(1));
    const { errors } = await world.place(buyer, input);
    expect(errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_IN_PROGRESS');
    world.others.heal();
    expect((await world.place(buyer, input)).order?.id).toBe((await first).order?.id);
  });
});

describe('a process that dies', () => {
  it('between pivot and confirm leaves the confirms to the next', async () => {
    const buyer = await world.aBuyer({ points: 20_000 });
    const tea = world.others.aProduct({ price: 10_000, onHand: 10 });
    for (const command of [ConfirmStock, ConfirmPoints]) world.others.trouble(command, 'silent');
    const { order } = await world.place(buyer, { lines: [{ productId: tea.id, quantity: 2 }] });
    expect(order?.status).toBe('COMPLETED');
    expect(tea).toMatchObject({ onHand: 10, held: 2 });

    await world.restart();
    world.others.heal();

    await settled();
    expect(tea).toMatchObject({ onHand: 8, held: 0 });
    expect(buyer.account).toMatchObject({ balance: 0, held: 0 });
  });

  it('before it asked anybody has its order completed by another', async () => {
    const buyer = await world.aBuyer({ points: 20_000 });
    const tea = world.others.aProduct({ price: 10_000, onHand: 10 });
    const order = await anAbandonedOrder(buyer, tea.id);
    await settled();
    expect(await statusOf(order.id)).toBe('COMPLETED');
    expect(tea).toMatchObject({ onHand: 9, held: 0 });
    expect(buyer.account).toMatchObject({ balance: 10_000, held: 0 });
  });

  it('leaves orders that several others drive at once, and each is decided once', async () => {
    const others = await Promise.all([world.startAnother(), world.startAnother()]);
    const tea = world.others.aProduct({ price: 1_000, onHand: 10 });
    const buyer = await world.aBuyer({ points: 100_000 });
    const orders = await Promise.all(Array.from({ length: 12 }, () => anAbandonedOrder(buyer, tea.id)));
    await settled();
    await Promise.all(others.map((service) => service.close()));
    const statuses = await Promise.all(orders.map(({ id }) => statusOf(id)));
    expect(statuses.filter((status) => status === 'COMPLETED')).toHaveLength(10);
    expect(statuses.filter((status) => status === 'REJECTED')).toHaveLength(2);
    expect(tea).toMatchObject({ onHand: 0, held: 0 });
    expect(buyer.account).toMatchObject({ balance: 90_000, held: 0 });
    for (const { id } of orders) {
      const versions = (await world.eventsOf(id)).filter(({ type }) => type === 'order.status-changed');
      expect(versions).toMatchObject([{ version: 1 }]);
    }
  });

  it('past the deadline has its order rejected and released', async () => {
    const buyer = await world.aBuyer();
    const tea = world.others.aProduct();
    const order = await anAbandonedOrder(buyer, tea.id, { decideInSeconds: -1 });
    await settled();
    expect(await statusOf(order.id)).toBe('REJECTED');
    const released = world.others.received.filter(({ orderId }) => orderId === order.id).map(({ subject }) => subject);
    expect(released.sort()).toEqual([ReleaseStock.subject, ReleasePoints.subject].sort());
  });
});

describe('asked what became of an order', () => {
  it('knows nothing of one that is not there', async () => {
    expect(await outcomeOf(newId())).toEqual({ outcome: 'UNKNOWN' });
    expect(await outcomeOf('rubbish')).toEqual({ outcome: 'UNKNOWN' });
  });

  it('says so when it is decided', async () => {
    const buyer = await world.aBuyer();
    const { order } = await world.place(buyer, { lines: [{ productId: world.others.aProduct().id, quantity: 1 }] });
    expect(await outcomeOf(order?.id ?? '')).toEqual({ outcome: 'COMPLETED' });
  });

  it('has what a cancelled order still holds confirmed, so that its undo finds something to undo', async () => {
    const buyer = await world.aBuyer();
    world.others.trouble(ConfirmStock, 'silent');
    const { order } = await world.place(buyer, { lines: [{ productId: world.others.aProduct().id, quantity: 1 }] });
    expect((await world.cancel(buyer, { orderId: order?.id })).order?.status).toBe('CANCELLED');
    expect(await outcomeOf(order?.id ?? '')).toEqual({ outcome: 'COMPLETED' });
  });

  it('decides a late one there and then, and a slow driver takes nothing more', async () => {
    const buyer = await world.aBuyer({ points: 20_000 });
    const tea = world.others.aProduct({ price: 10_000, onHand: 10 });
    world.others.trouble(HoldPoints, 'silent');
    // Nobody takes it over: this driver is only slow.
    const slow = await world.startAnother({ holdWithinMs: 10_000, commandTimeoutMs: 10_000, leaseSeconds: 60 });
    const order = await anAbandonedOrder(buyer, tea.id, { decideInSeconds: 2 });
    await eventually(() => expect(tea.held).toBe(1));
    expect(await outcomeOf(order.id)).toMatchObject({ outcome: 'PENDING', deadline: expect.any(String) });
    await eventually(async () => expect(await outcomeOf(order.id)).toEqual({ outcome: 'REJECTED' }));

    world.others.heal();
    await settled();
    await slow.close();
    expect(await statusOf(order.id)).toBe('REJECTED');
    expect(tea).toMatchObject({ onHand: 10, held: 0 });
    expect(buyer.account).toMatchObject({ balance: 20_000, held: 0 });
  });
});

it('takes no order while NATS is away, answers the old ones, and recovers', async () => {
  const buyer = await world.aBuyer();
  const input = { lines: [{ productId: world.others.aProduct().id, quantity: 1 }], idempotencyKey: newId() };
  const { order } = await world.place(buyer, input);
  await world.servers.nats.stop();
  await eventually(async () => {
    const { errors } = await world.place(buyer, { ...input, idempotencyKey: newId() });
    expect(errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
  });
  expect((await world.place(buyer, input)).order).toEqual(order);
  await world.servers.nats.start();
  await eventually(
    async () => {
      const again = await world.place(buyer, { ...input, idempotencyKey: newId() });
      expect(again.order?.status).toBe('COMPLETED');
    },
    { timeoutMs: 15_000 },
  );
});
