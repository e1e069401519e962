import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfirmCoupon, HoldCoupon, OrderOutcome, ReleaseCoupon, RestoreCoupon } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { handleCommand, sendCommand, serveCommands } from '@shop/messaging';
import { createLogger, createMetrics } from '@shop/service-kit';
import { eventually, patience } from '@shop/testkit';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

const hold = (
  shopper: { id: string },
  couponId: string,
  more: { orderId?: string; subtotal?: number; expiresInSeconds?: number } = {},
) =>
  sendCommand(
    world.bus,
    HoldCoupon,
    { ...{ orderId: newId(), userId: shopper.id, couponId, subtotal: 10_005, expiresInSeconds: 60 }, ...more },
    patience,
  );
const confirm = (orderId: string) => sendCommand(world.bus, ConfirmCoupon, { orderId }, patience);
const release = (orderId: string) => sendCommand(world.bus, ReleaseCoupon, { orderId }, patience);
const restore = (orderId: string) => sendCommand(world.bus, RestoreCoupon, { orderId }, patience);
type Outcome = 'COMPLETED' | 'REJECTED' | 'PENDING';
const refused = (problem: string) => ({ outcome: 'REFUSED', problem });

async function aShopperWithCoupon(
  more: Record<string, unknown> = {},
): Promise<{ shopper: Shopper; couponId: string; orderId: string }> {
  const shopper = await world.aShopper();
  return { shopper, couponId: await world.aCoupon(shopper, more), orderId: newId() };
}

async function statusOf(couponId: string): Promise<string | undefined> {
  const [row] = await world.rows<{ status: string }>('SELECT status FROM coupons WHERE id = ?', [couponId]);
  return row?.status;
}

const expire = (couponId: string) =>
  world.rows('UPDATE coupons SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ?', [couponId]);

describe('holding a coupon', () => {
  it('sets it aside and says what it takes off, again and again', async () => {
    const { shopper, couponId, orderId } = await aShopperWithCoupon({ discountValue: 10 });
    const held = { outcome: 'HELD', discount: 1_000, currencyCode: 'KRW' };
    expect(await hold(shopper, couponId, { orderId })).toEqual(held);
    expect(await hold(shopper, couponId, { orderId })).toEqual(held);
    expect(await statusOf(couponId)).toBe('HELD');
  });

  it('never takes off more than there is', async () => {
    const { shopper, couponId } = await aShopperWithCoupon({ discountType: 'FIXED', discountValue: 50_000 });
    expect(await hold(shopper, couponId, { subtotal: 700 })).toMatchObject({ discount: 700 });
  });

  it('gives one coupon to one of many orders', async () => {
    const { shopper, couponId } = await aShopperWithCoupon();
    const answers = await Promise.all(Array.from({ length: 10 }, () => hold(shopper, couponId)));
    expect(answers.filter(({ outcome }) => outcome === 'HELD')).toHaveLength(1);
    expect(answers.filter((answer) => 'problem' in answer && answer.problem === 'COUPON_NOT_USABLE')).toHaveLength(9);
  });

  it('refuses what is not theirs, not there, too small an order, used or expired', async () => {
    const { shopper, couponId, orderId } = await aShopperWithCoupon({ minPurchaseAmount: 5_000 });
    expect(await hold({ id: newId() }, couponId)).toEqual(refused('COUPON_NOT_FOUND'));
    expect(await hold(shopper, newId())).toEqual(refused('COUPON_NOT_FOUND'));
    expect(await hold(shopper, 'not an id')).toEqual(refused('COUPON_NOT_FOUND'));
    expect(await hold(shopper, couponId, { orderId, subtotal: 4_999 })).toEqual(refused('COUPON_MINIMUM_NOT_MET'));
    expect(await hold(shopper, couponId, { orderId, subtotal: 5_000 })).toMatchObject({ outcome: 'HELD' });
    await confirm(orderId);
    expect(await hold(shopper, couponId)).toEqual(refused('COUPON_NOT_USABLE'));

    const old = await aShopperWithCoupon({ minPurchaseAmount: 5_000 });
    await expire(old.couponId);
    expect(await hold(old.shopper, old.couponId)).toEqual(refused('COUPON_NOT_USABLE'));
    expect(await hold(old.shopper, old.couponId, { subtotal: 4_999 })).toEqual(refused('COUPON_NOT_USABLE'));
  });
});

describe('a hold', () => {
  it('is confirmed once and for all', async () => {
    const { shopper, couponId, orderId } = await aShopperWithCoupon();
    expect(await confirm(orderId)).toEqual({ outcome: 'NOT_HELD' });
    await hold(shopper, couponId, { orderId });
    expect(await Promise.all([confirm(orderId), confirm(orderId)])).toEqual([
      { outcome: 'CONFIRMED' },
      { outcome: 'CONFIRMED' },
    ]);
    expect(await release(orderId)).toEqual({ outcome: 'ALREADY_CONFIRMED' });
    expect(await statusOf(couponId)).toBe('USED');
  });

  it('is released, and its coupon can be held again', async () => {
    const { shopper, couponId, orderId } = await aShopperWithCoupon();
    await hold(shopper, couponId, { orderId });
    expect(await Promise.all([release(orderId), release(orderId)])).toEqual([
      { outcome: 'RELEASED' },
      { outcome: 'RELEASED' },
    ]);
    expect(await confirm(orderId)).toEqual({ outcome: 'NOT_HELD' });
    expect(await hold(shopper, couponId, { orderId })).toEqual(refused('RELEASED_BEFORE'));
    expect(await hold(shopper, couponId)).toMatchObject({ outcome: 'HELD' });
  });

  it('that comes after its release is refused', async () => {
    const { shopper, couponId, orderId } = await aShopperWithCoupon();
    expect(await release(orderId)).toEqual({ outcome: 'RELEASED' });
    expect(await hold(shopper, couponId, { orderId })).toEqual(refused('RELEASED_BEFORE'));
    expect(await statusOf(couponId)).toBe('ACTIVE');
  });

  it('ends one way when hold, confirm and release meet', async () => {
    for (let i = 0; i < 10; i++) {
      const { shopper, couponId, orderId } = await aShopperWithCoupon();
      const [, confirmed, released] = await Promise.all([
        hold(shopper, couponId, { orderId }),
        confirm(orderId),
        release(orderId),
      ]);
      const expected = confirmed.outcome === 'CONFIRMED' ? 'USED' : 'ACTIVE';
      expect(await statusOf(couponId)).toBe(expected);
      expect(released.outcome).toBe(expected === 'USED' ? 'ALREADY_CONFIRMED' : 'RELEASED');
    }
  });
});

describe('a used coupon', () => {
  it('comes back once when its order is cancelled, and another order may use it', async () => {
    const { shopper, couponId, orderId } = await aShopperWithCoupon();
    await hold(shopper, couponId, { orderId });
    expect(await restore(orderId)).toEqual({ outcome: 'NOT_CONFIRMED' });
    await confirm(orderId);
    expect(await restore(orderId)).toEqual({ outcome: 'RESTORED' });
    expect(await statusOf(couponId)).toBe('ACTIVE');
    const next = newId();
    await hold(shopper, couponId, { orderId: next });
    await confirm(next);
    expect(await restore(orderId)).toEqual({ outcome: 'RESTORED' });
    expect(await statusOf(couponId)).toBe('USED');
  });

  it('stays used when it has expired meanwhile', async () => {
    const { shopper, couponId, orderId } = await aShopperWithCoupon();
    await hold(shopper, couponId, { orderId });
    await confirm(orderId);
    await expire(couponId);
    expect(await restore(orderId)).toEqual({ outcome: 'EXPIRED' });
    expect(await restore(orderId)).toEqual({ outcome: 'EXPIRED' });
    expect(await statusOf(couponId)).toBe('USED');
  });
});

describe('a hold past its time', () => {
  it('ends as the order service says, and stays while it says nothing', async () => {
    const asked = new Map<string, Outcome>();
    const held = async (outcome: Outcome) => {
      const { shopper, couponId, orderId } = await aShopperWithCoupon();
      asked.set(orderId, outcome);
      await hold(shopper, couponId, { orderId, expiresInSeconds: 1 });
      return couponId;
    };
    const coupons = [await held('COMPLETED'), await held('REJECTED'), await held('PENDING')];
    const late = await world.rows(
      `UPDATE coupon_holds SET check_at = check_at - INTERVAL 2 SECOND WHERE state = 'HELD'`,
    );
    expect(late).toBeDefined();
    expect(await Promise.all(coupons.map(statusOf))).toEqual(['HELD', 'HELD', 'HELD']);

    const log = createLogger('order', { level: 'silent' });
    const order = serveCommands(world.bus, {
      queue: 'order',
      handlers: [
        handleCommand(OrderOutcome, async ({ orderId }) => ({ outcome: asked.get(orderId) ?? ('UNKNOWN' as const) })),
      ],
      log,
      metrics: createMetrics('order'),
    });
    try {
      await eventually(
        async () => expect(await Promise.all(coupons.map(statusOf))).toEqual(['USED', 'ACTIVE', 'HELD']),
        { timeoutMs: 10_000 },
      );
    } finally {
      await order.close();
    }
  });
});
