import { randomUUID } from 'node:crypto';
import { dataOf, type Shopper, type UserError, type World } from '../e2e/world.ts';

/** One kind of order, as every client places it over and over. */
export interface Scenario {
  name: string;
  /** Lines of an order: so many different products. */
  lines: number;
  /** Every order takes the same products, so that all wait for the same rows. */
  isHot?: boolean;
  withCoupon?: boolean;
}

export const scenarios: readonly Scenario[] = [
  { name: '1-product', lines: 1 },
  { name: '10-products', lines: 10 },
  { name: '100-products', lines: 100 },
  { name: 'hot-product', lines: 1, isHot: true },
  { name: 'two-lines-coupon', lines: 2, withCoupon: true },
];

/** What the budget is about. */
export const budgeted = 'two-lines-coupon';

export const STOCK = 1_000_000;
const POINTS = 10_000_000;
const PRODUCTS = 200;
const PRICE = 10;
/** More of one event nobody may have. */
const COUPONS_EACH = 1_000;

const PLACE_ORDER = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) { order { id status total { amount } } userErrors { code message } }
}`;

/** Buyers and what they need to order, made through the gateway like everything else. */
export interface Buyers {
  /** Places one order and throws unless it is COMPLETED; false when this client has no coupon left. */
  place(scenario: Scenario, client: number): Promise<boolean>;
  /** Takes coupons ahead, so that no load waits for them. */
  takeCoupons(perClient: number): Promise<void>;
}

export async function createBuyers(world: World, clients: number): Promise<Buyers> {
  const products: string[] = [];
  await together(8, PRODUCTS, async () => {
    products.push((await world.aProduct({ price: PRICE, stock: STOCK })).id);
  });
  const shoppers = await Promise.all(Array.from({ length: clients }, () => world.aShopper({ points: POINTS })));
  const coupons: string[][] = shoppers.map(() => []);

  function linesOf({ lines, isHot }: Scenario) {
    const first = isHot ? 0 : Math.floor(Math.random() * PRODUCTS);
    return Array.from({ length: lines }, (_, index) => ({
      productId: products[(first + index) % PRODUCTS],
      quantity: 1,
    }));
  }

  return {
    async place(scenario, client) {
      const couponId = scenario.withCoupon ? coupons[client]?.pop() : null;
      if (couponId === undefined) return false;
      await placeOrder(shoppers[client] as Shopper, {
        lines: linesOf(scenario),
        ...(couponId !== null && { couponId }),
        idempotencyKey: randomUUID(),
      });
      return true;
    },
    async takeCoupons(wanted) {
      const perClient = Math.min(wanted, COUPONS_EACH);
      const eventId = await world.aCouponEvent({ totalCount: clients * COUPONS_EACH, maxPerUser: COUPONS_EACH });
      await Promise.all(
        shoppers.map(async (shopper, client) => {
          const own = coupons[client] as string[];
          while (own.length < perClient) own.push(await world.aCoupon(shopper, eventId));
        }),
      );
    },
  };
}

async function placeOrder(shopper: Shopper, input: object): Promise<void> {
  type Answer = { placeOrder: { order: { status: string } | null; userErrors: UserError[] } };
  const { order, userErrors } = dataOf(await shopper.query<Answer>(PLACE_ORDER, { input })).placeOrder;
  if (order?.status !== 'COMPLETED') throw new Error(`An order is ${order?.status}: ${JSON.stringify(userErrors)}`);
}

async function together(atOnce: number, times: number, work: () => Promise<void>): Promise<void> {
  let left = times;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
