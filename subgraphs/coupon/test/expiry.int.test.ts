import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfirmCoupon, HoldCoupon, ReleaseCoupon } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { sendCommand } from '@shop/messaging';
import { eventually } from '@shop/testkit';
import { expireCoupons } from '../src/use-cases/expire-coupons.ts';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

async function aShopperWithCoupons(count: number): Promise<{ shopper: Shopper; coupons: string[] }> {
  const shopper = await world.aShopper();
  const { id } = await world.aCouponEvent({ maxPerUser: count });
  const coupons: string[] = [];
  for (let i = 0; i < count; i++) coupons.push((await world.issue(shopper, id)).coupon?.id ?? '');
  return { shopper, coupons };
}

const expireAfterMs = (coupons: string[], ms: number) =>
  world.rows('UPDATE coupons SET expires_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND WHERE id IN (?)', [
    ms * 1_000,
    coupons,
  ]);

const stored = async (coupons: string[]) => {
  const rows = await world.rows<{ id: string; status: string }>('SELECT id, status FROM coupons WHERE id IN (?)', [
    coupons,
  ]);
  const statuses = new Map(rows.map(({ id, status }) => [id, status]));
  return coupons.map((id) => statuses.get(id));
};

const hold = ({ id }: Shopper, couponId: string, orderId: string) =>
  sendCommand(world.bus, HoldCoupon, { orderId, userId: id, couponId, subtotal: 10_000, expiresInSeconds: 60 });

/** From the beginning of the table to its end; returns the rounds it took. */
async function sweep(atATime?: number): Promise<number> {
  for (let after = '', rounds = 1; ; rounds++) {
    after = await expireCoupons({ em: world.database.fork() }, after, atATime);
    if (after === '') return rounds;
  }
}

describe('the sweep', () => {
  it('writes down what has expired, and leaves what is valid, held or used', async () => {
    const { shopper, coupons } = await aShopperWithCoupons(4);
    const [, , held = '', used = ''] = coupons;
    const order = newId();
    await hold(shopper, held, newId());
    await hold(shopper, used, order);
    await sendCommand(world.bus, ConfirmCoupon, { orderId: order });
    await expireAfterMs(coupons.slice(1), -1);
    await sweep();
    expect(await stored(coupons)).toEqual(['ACTIVE', 'EXPIRED', 'HELD', 'USED']);
  });

  it.each([1, 2, 3])('finds every one of them, %i rows at a time', async (atATime) => {
    const { coupons } = await aShopperWithCoupons(5);
    await expireAfterMs(coupons, -1);
    const rounds = await sweep(atATime);
    expect(rounds).toBeGreaterThanOrEqual(Math.ceil(coupons.length / atATime));
    expect(await stored(coupons)).toEqual(coupons.map(() => 'EXPIRED'));
  });

  it('changes nothing that clients see', async () => {
    const { shopper, coupons } = await aShopperWithCoupons(3);
    await expireAfterMs(coupons.slice(0, 2), -1);
    const seen = async (status: string | null) =>
      (
        await shopper.client.query(
          `query ($users: [_Any!]!, $status: CouponStatus) { _entities(representations: $users) {
             ... on User { coupons(status: $status) { nodes { id status } } } } }`,
          { users: [{ __typename: 'User', id: shopper.id }], status },
        )
      ).data;
    const all = () => Promise.all([null, 'ACTIVE', 'HELD', 'USED', 'EXPIRED'].map(seen));
    const before = await all();
    expect(JSON.stringify(before[4]).match(/"EXPIRED"/g)).toHaveLength(2);
    await sweep();
    expect(await stored(coupons)).toEqual(['EXPIRED', 'EXPIRED', 'ACTIVE']);
    expect(await all()).toEqual(before);
    expect(await hold(shopper, coupons[0] ?? '', newId())).toMatchObject({ problem: 'COUPON_NOT_USABLE' });
  });

  it('comes to a coupon that expired while it was held when it is released', async () => {
    const { shopper, coupons } = await aShopperWithCoupons(1);
    const orderId = newId();
    await hold(shopper, coupons[0] ?? '', orderId);
    await expireAfterMs(coupons, -1);
    await sweep();
    expect(await stored(coupons)).toEqual(['HELD']);
    await sendCommand(world.bus, ReleaseCoupon, { orderId });
    await sweep();
    expect(await stored(coupons)).toEqual(['EXPIRED']);
  });

  it('never takes a coupon from an order that got it at the last moment', async () => {
    const { shopper, coupons } = await aShopperWithCoupons(20);
    await expireAfterMs(coupons, 150);
    const answers = new Map<string, string>();
    for (const coupon of coupons) {
      const [answer] = await Promise.all([hold(shopper, coupon, newId()), sweep()]);
      answers.set(coupon, answer.outcome === 'HELD' ? 'HELD' : 'EXPIRED');
    }
    await sweep();
    expect(await stored(coupons)).toEqual(coupons.map((coupon) => answers.get(coupon)));
  });
});

it('every process sweeps by itself', async () => {
  const another = await world.startAnother({ EXPIRY_SWEEP_MS: '10' });
  try {
    const { coupons } = await aShopperWithCoupons(2);
    await expireAfterMs(coupons, -1);
    await eventually(async () => expect(await stored(coupons)).toEqual(['EXPIRED', 'EXPIRED']));
  } finally {
    await another.close();
  }
});
