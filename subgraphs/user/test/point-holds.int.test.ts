import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfirmPoints, HoldPoints, OrderOutcome, RefundPoints, ReleasePoints } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { type Bus, connectBus, handleCommand, sendCommand, serveCommands } from '@shop/messaging';
import { createLogger, createMetrics } from '@shop/service-kit';
import { eventually, patience } from '@shop/testkit';
import type { z } from 'zod';
import { startWorld, type World } from './world.ts';

type Outcome = z.output<typeof OrderOutcome.reply>['outcome'];

let world: World;
let bus: Bus;
const log = createLogger('test', { level: 'silent' });

beforeAll(async () => {
  world = await startWorld();
  bus = await connectBus({ url: world.servers.nats.url, name: 'test', log });
});
afterAll(async () => {
  await bus?.close();
  await world?.close();
});

const hold = (orderId: string, userId: string, amount: number, expiresInSeconds = 60) =>
  sendCommand(bus, HoldPoints, { orderId, userId, amount, expiresInSeconds }, patience);
const confirm = (orderId: string) => sendCommand(bus, ConfirmPoints, { orderId }, patience);
const release = (orderId: string) => sendCommand(bus, ReleasePoints, { orderId }, patience);
const refund = (orderId: string) => sendCommand(bus, RefundPoints, { orderId }, patience);

describe('a hold', () => {
  it('lowers what can be spent, not the balance', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    expect(await hold(newId(), shopper.id, 300)).toEqual({ outcome: 'HELD', balance: 700 });
    expect(await world.account(shopper.id)).toMatchObject({ balance: 1_000, pending: 300, ledger: 1_000 });
    const { data } = await shopper.client.query('{ me { points } }');
    expect(data).toEqual({ me: { points: 700 } });
  });

  it('is refused with what is missing, and stays refused after a charge', async () => {
    const shopper = await world.aShopper({ points: 100 });
    const orderId = newId();
    const refused = { outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing: 50 };
    expect(await hold(orderId, shopper.id, 150)).toEqual(refused);
    await shopper.client.query(
      'mutation ($key: String!) { chargePoints(input: { amount: 1000, idempotencyKey: $key }) { entry { id } } }',
      { key: newId() },
    );
    expect(await hold(orderId, shopper.id, 150)).toEqual(refused);
    expect(await confirm(orderId)).toEqual({ outcome: 'NOT_HELD' });
    expect(await release(orderId)).toEqual({ outcome: 'RELEASED' });
    expect(await world.account(shopper.id)).toMatchObject({ balance: 1_100, pending: 0 });
  });

  it('of somebody unknown lacks everything', async () => {
    const missing = { outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing: 10 };
    expect(await hold(newId(), newId(), 10)).toEqual(missing);
  });

  it('is made once, however often and however concurrently it is asked for', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    const answers = await Promise.all(Array.from({ length: 10 }, () => hold(orderId, shopper.id, 400)));
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['HELD']));
    expect(await world.account(shopper.id)).toMatchObject({ pending: 400 });
  });

  it('cannot be asked for again with another amount', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    await hold(orderId, shopper.id, 400);
    await expect(hold(orderId, shopper.id, 500)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await world.account(shopper.id)).toMatchObject({ pending: 400 });
  });

  it('never lets points be spent twice', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orders = Array.from({ length: 20 }, () => newId());
    const answers = await Promise.all(orders.map((orderId) => hold(orderId, shopper.id, 300)));
    expect(answers.filter(({ outcome }) => outcome === 'HELD')).toHaveLength(3);
    await Promise.all(orders.map((orderId) => confirm(orderId)));
    expect(await world.account(shopper.id)).toMatchObject({ balance: 100, pending: 0, ledger: 100, entries: 4 });
  });
});

describe('an order', () => {
  it('spends once, however often it is confirmed', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    await hold(orderId, shopper.id, 400);
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(orderId)));
    expect(answers).toEqual(Array(5).fill({ outcome: 'CONFIRMED' }));
    expect(await world.account(shopper.id)).toMatchObject({ balance: 600, pending: 0, ledger: 600, entries: 2 });
    expect(await release(orderId)).toEqual({ outcome: 'ALREADY_CONFIRMED' });
    expect(await hold(orderId, shopper.id, 400)).toMatchObject({ outcome: 'HELD' });
    expect(await world.account(shopper.id)).toMatchObject({ balance: 600, pending: 0 });
  });

  it('is refunded once, however often it is cancelled', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    await hold(orderId, shopper.id, 400);
    await confirm(orderId);
    const answers = await Promise.all(Array.from({ length: 5 }, () => refund(orderId)));
    expect(answers).toEqual(Array(5).fill({ refunded: 400 }));
    expect(await confirm(orderId)).toEqual({ outcome: 'CONFIRMED' });
    expect(await world.account(shopper.id)).toMatchObject({ balance: 1_000, pending: 0, ledger: 1_000, entries: 3 });
    const { data } = await shopper.client.query(
      '{ me { pointHistory { nodes { kind amount balanceAfter orderId } } } }',
    );
    expect(data).toMatchObject({
      me: {
        pointHistory: {
          nodes: [
            { kind: 'REFUND', amount: 400, balanceAfter: 1_000, orderId },
            { kind: 'SPEND', amount: 400, balanceAfter: 600, orderId },
            { kind: 'CHARGE', amount: 1_000, balanceAfter: 1_000, orderId: null },
          ],
        },
      },
    });
  });

  it('is not refunded before it is confirmed, nor when nothing was spent', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    await hold(orderId, shopper.id, 400);
    await expect(refund(orderId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await release(orderId);
    expect(await refund(orderId)).toEqual({ refunded: 0 });
    expect(await refund(newId())).toEqual({ refunded: 0 });
    expect(await world.account(shopper.id)).toMatchObject({ balance: 1_000, pending: 0, ledger: 1_000 });
  });

  it('that is free leaves no line in the ledger', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    expect(await hold(orderId, shopper.id, 0)).toEqual({ outcome: 'HELD', balance: 1_000 });
    expect(await confirm(orderId)).toEqual({ outcome: 'CONFIRMED' });
    expect(await refund(orderId)).toEqual({ refunded: 0 });
    expect(await world.account(shopper.id)).toMatchObject({ balance: 1_000, pending: 0, entries: 1 });
  });

  it('that is released gives back once, and cannot be confirmed or held again', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    await hold(orderId, shopper.id, 400);
    const answers = await Promise.all(Array.from({ length: 5 }, () => release(orderId)));
    expect(answers).toEqual(Array(5).fill({ outcome: 'RELEASED' }));
    expect(await confirm(orderId)).toEqual({ outcome: 'NOT_HELD' });
    const late = { outcome: 'REFUSED', problem: 'RELEASED_BEFORE', missing: 0 };
    expect(await hold(orderId, shopper.id, 400)).toEqual(late);
    expect(await world.account(shopper.id)).toMatchObject({ balance: 1_000, pending: 0, ledger: 1_000 });
  });

  it('that is released before its hold refuses the late hold', async () => {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    expect(await release(orderId)).toEqual({ outcome: 'RELEASED' });
    expect(await release(orderId)).toEqual({ outcome: 'RELEASED' });
    const late = { outcome: 'REFUSED', problem: 'RELEASED_BEFORE', missing: 0 };
    expect(await hold(orderId, shopper.id, 400)).toEqual(late);
    expect(await world.account(shopper.id)).toMatchObject({ pending: 0 });
  });

  it('ends in one state when everything arrives at once', async () => {
    const shopper = await world.aShopper({ points: 10_000 });
    const orders = Array.from({ length: 20 }, () => newId());
    await Promise.all(
      orders.flatMap((orderId) => [
        hold(orderId, shopper.id, 100),
        release(orderId),
        confirm(orderId),
        release(orderId),
      ]),
    );
    await Promise.all(orders.map((orderId) => release(orderId)));
    const { balance, pending, ledger } = await world.account(shopper.id);
    expect({ pending, ledger }).toEqual({ pending: 0, ledger: balance });
  });
});

it('costs few statements: an order has 34 over all services', async () => {
  const shopper = await world.aShopper({ points: 1_000 });
  const [orderId, released] = [newId(), newId()];
  const cost = (work: () => Promise<unknown>) => world.countStatements(work);
  expect(await cost(() => hold(orderId, shopper.id, 400))).toBe(3);
  expect(await cost(() => confirm(orderId))).toBe(2);
  expect(await cost(() => confirm(orderId))).toBe(2);
  expect(await cost(() => refund(orderId))).toBe(4);
  expect(await cost(() => hold(newId(), shopper.id, 4_000))).toBe(4);
  await hold(released, shopper.id, 100);
  expect(await cost(() => release(released))).toBe(1);
  expect(await cost(() => release(newId()))).toBe(2);
});

describe('a hold past its time', () => {
  const outcomes = new Map<string, Outcome>();
  const asked: string[] = [];
  let goOn = () => {};
  let orders: { close(): Promise<void> } | undefined;
  afterEach(async () => {
    goOn();
    await orders?.close();
    orders = undefined;
  });

  /** Stands in for the order service, as participants see it: one answer per order, or none while it hangs. */
  async function startOrderService({ hangs = false } = {}): Promise<void> {
    const answers = hangs
      ? new Promise<void>((resolve) => {
          goOn = resolve;
        })
      : Promise.resolve();
    const answer = handleCommand(OrderOutcome, async ({ orderId }) => {
      asked.push(orderId);
      await answers;
      return { outcome: outcomes.get(orderId) ?? 'UNKNOWN' };
    });
    orders = serveCommands(bus, { queue: 'order', handlers: [answer], log, metrics: createMetrics('order') });
    // From here on the server knows of it: whoever asks finds somebody there.
    await bus.connection.flush();
  }

  async function aLateHold(outcome: Outcome) {
    const shopper = await world.aShopper({ points: 1_000 });
    const orderId = newId();
    outcomes.set(orderId, outcome);
    await hold(orderId, shopper.id, 400);
    const passTime = () =>
      world.database
        .fork()
        .execute('UPDATE point_transfers SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE order_id = ?', [
          orderId,
        ]);
    await passTime();
    return { shopper, orderId, passTime };
  }

  it('stays held while nobody answers, and is settled as its order ended', async () => {
    const { shopper, orderId, passTime } = await aLateHold('REJECTED');
    await eventually(async () => {
      const later = 'SELECT 1 FROM point_transfers WHERE order_id = ? AND expires_at > UTC_TIMESTAMP(3)';
      expect(await world.database.fork().execute(later, [orderId])).toHaveLength(1);
    });
    expect(await world.account(shopper.id)).toMatchObject({ pending: 400 });
    await startOrderService();
    await passTime();
    await eventually(async () => expect(await world.account(shopper.id)).toMatchObject({ balance: 1_000, pending: 0 }));
  });

  it.each<[Outcome, { balance: number; pending: number }]>([
    ['COMPLETED', { balance: 600, pending: 0 }],
    ['REJECTED', { balance: 1_000, pending: 0 }],
    ['CANCELLED', { balance: 1_000, pending: 0 }],
    ['UNKNOWN', { balance: 1_000, pending: 0 }],
  ])('of an order that is %s ends so', async (outcome, account) => {
    await startOrderService();
    const { shopper } = await aLateHold(outcome);
    await eventually(async () => expect(await world.account(shopper.id)).toMatchObject(account));
  });

  it('of an order that is PENDING stays held, and is asked about again later', async () => {
    await startOrderService();
    const { shopper, orderId, passTime } = await aLateHold('PENDING');
    await eventually(() => expect(asked).toContain(orderId));
    expect(await world.account(shopper.id)).toMatchObject({ balance: 1_000, pending: 400 });
    outcomes.set(orderId, 'COMPLETED');
    await eventually(async () => {
      await passTime();
      expect(await world.account(shopper.id)).toMatchObject({ balance: 600, pending: 0 });
    });
  });

  it('is settled although more than are looked at in one round wait before it', async () => {
    await startOrderService();
    const waiting = await world.aShopper({ points: 1_000 });
    const undecided = Array.from({ length: 100 }, () => newId());
    for (const orderId of undecided) outcomes.set(orderId, 'PENDING');
    const em = world.database.fork();
    await em.execute(
      `INSERT INTO point_transfers
         (id, kind, state, debit_account, credit_account, amount, order_id, created_at, expires_at)
       VALUES ${undecided.map(() => `(?, 'SPEND', 'PENDING', ?, 'sales', 1, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE)`).join()}`,
      undecided.flatMap((orderId) => [newId(), waiting.id, orderId]),
    );
    await em.execute('UPDATE point_accounts SET pending = 100 WHERE user_id = ?', [waiting.id]);
    const { shopper } = await aLateHold('COMPLETED');
    await eventually(async () => expect(await world.account(shopper.id)).toMatchObject({ balance: 600, pending: 0 }));
    for (const orderId of undecided) outcomes.set(orderId, 'REJECTED');
  });

  it('does not keep the service from stopping while the order service hangs, however many there are', async () => {
    const { id } = await world.aShopper({ points: 1_000 });
    const late = Array.from({ length: 20 }, () => newId());
    await Promise.all(late.map((orderId) => hold(orderId, id, 1)));
    const another = await world.startAnother();
    await startOrderService({ hangs: true });
    await world.database
      .fork()
      .execute('UPDATE point_transfers SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE WHERE order_id IN (?)', [
        late,
      ]);
    // Both processes are waiting for an answer.
    await eventually(() => expect(asked.filter((orderId) => late.includes(orderId)).length).toBeGreaterThan(1));
    const from = performance.now();
    await another.close();
    // One question takes 2 s, all of them together 40 s; a process has 15 s to stop.
    expect(performance.now() - from).toBeLessThan(15_000);
  });
});
