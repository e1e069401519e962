import { randomUUID } from 'node:crypto';
import type { Shopper, World } from '../world.ts';
import type { Dice } from './dice.ts';
import type { Journal, Mutation } from './journal.ts';

export interface Shelf {
  productId: string;
  onHand: number;
}

export interface Scene {
  shoppers: Shopper[];
  shelves: Shelf[];
  couponEventId: string;
}

const COUPON_EVENT = { totalCount: 25, maxPerUser: 6 };

/** More than any charge that follows, which tells it apart. */
export const FIRST_CHARGE = 60_000;

/** More is asked for than there is: of points, of some products, and of coupons. */
export async function setScene(world: World): Promise<Scene> {
  const shoppers = await Promise.all(Array.from({ length: 6 }, () => world.aShopper({ points: FIRST_CHARGE })));
  const shelves = await Promise.all(
    [1_000, 1_000, 60, 25].map(async (onHand, i) => {
      const { id } = await world.aProduct({ stock: onHand, price: 1_000 * (i + 1) });
      return { productId: id, onHand };
    }),
  );
  return { shoppers, shelves, couponEventId: await world.aCouponEvent(COUPON_EVENT) };
}

const CLIENTS = 5;

/** Shops until told to stop: some clients give up at the first trouble, others come back with the same key. */
export async function shop(scene: Scene, journal: Journal, dice: Dice, signal: AbortSignal): Promise<void> {
  const client = async () => {
    while (!signal.aborted) await actOnce(scene, journal, dice);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

async function actOnce(scene: Scene, journal: Journal, dice: Dice): Promise<void> {
  const shopper = dice.pick(scene.shoppers);
  const [mutation, input] = wish(scene, journal, shopper, dice);
  const entry = journal.begin(mutation, shopper, input);
  for (let patience = dice.roll(4); (await journal.send(entry)) === null && patience > 0; patience--);
}

function wish(scene: Scene, journal: Journal, shopper: Shopper, dice: Dice): [Mutation, Record<string, unknown>] {
  const idempotencyKey = randomUUID();
  const mine = journal.entries.filter((entry) => entry.shopper === shopper);
  const roll = dice.roll(100);
  if (roll < 15) return ['chargePoints', { amount: 1_000 + dice.roll(20_000), idempotencyKey }];
  if (roll < 25) return ['issueCoupon', { couponEventId: scene.couponEventId, requestId: idempotencyKey }];
  const placed = mine.flatMap(({ mutation, told }) => (mutation === 'placeOrder' ? (told[0]?.order?.id ?? []) : []));
  if (roll < 45 && placed.length > 0) return ['cancelOrder', { orderId: dice.pick(placed) }];
  const coupons = mine.flatMap(({ told }) => told[0]?.coupon?.id ?? []);
  const lines = Array.from({ length: 1 + dice.roll(3) }, () => ({
    productId: dice.pick(scene.shelves).productId,
    quantity: 1 + dice.roll(3),
  }));
  const couponId = coupons.length > 0 && dice.roll(3) === 0 ? { couponId: dice.pick(coupons) } : {};
  return ['placeOrder', { lines, ...couponId, idempotencyKey }];
}
