import { randomUUID } from 'node:crypto';
import { measureOrderCost, type OrderCost, overBudget } from '../bench/order-cost.ts';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf } from './world.ts';

const { gatewayUrl, run } = runningShop();
const world = createWorld(gatewayUrl);
const ORDERS = 8;

/** What two-line orders with a coupon cost; each is COMPLETED. */
async function costOfOrders(): Promise<OrderCost> {
  const shopper = await world.aShopper({ points: 1_000_000 });
  const products = await Promise.all([world.aProduct({ stock: 1_000 }), world.aProduct({ stock: 1_000 })]);
  const couponEventId = await world.aCouponEvent({ maxPerUser: ORDERS + 1 });
  const couponIds = await Promise.all(Array.from({ length: ORDERS + 1 }, () => world.aCoupon(shopper, couponEventId)));

  async function placeOrder(): Promise<void> {
    const lines = products.map(({ id }) => ({ productId: id, quantity: 1 }));
    const answer = await shopper.query(
      'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { status } userErrors { code } } }',
      { input: { lines, couponId: couponIds.pop(), idempotencyKey: randomUUID() } },
    );
    expect(dataOf(answer)).toEqual({ placeOrder: { order: { status: 'COMPLETED' }, userErrors: [] } });
  }

  // Opens connections and fills what is kept for a while.
  await placeOrder();
  return measureOrderCost(run, placeOrder, { orders: ORDERS });
}

it('takes no more statements and messages for an order than are allotted to it, and tells nobody of what is no news', async () => {
  const cost = await costOfOrders();
  expect(overBudget(cost)).toEqual([]);
  expect(cost.statusesTold).toEqual(['COMPLETED']);
});
