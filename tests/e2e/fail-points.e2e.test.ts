import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type GraphqlAnswer } from '@shop/testkit';
import type { Books } from './crashes/books.ts';
import { type OwnShop, startOwnShop } from './own-shop.ts';
import type { Shopper, World } from './world.ts';

// Where processes die: in the order service between every two steps, at a participant between its commit and its answer,
// and in the relay between publishing an event and putting it away.
const whileOrdering = [
  'order.begun',
  'order.asked-for-stock',
  'order.asked-for-coupon',
  'order.asked-for-points',
  'order.pivot',
  'order.decided',
  'order.told',
  'cmd.product.hold.done',
  'cmd.coupon.hold.done',
  'cmd.user.points.hold.done',
  'cmd.user.points.confirm.done',
  'relay.published',
];
const whileCancelling = ['order.cancelled', 'cmd.user.points.refund.done', 'cmd.product.restock.done'];

const PLACE_ORDER = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) { order { id status reason } userErrors { code } }
}`;
const CANCEL_ORDER = `mutation ($input: CancelOrderInput!) {
  cancelOrder(input: $input) { order { status } userErrors { code } }
}`;
const services = ['user', 'product', 'order', 'coupon'] as const;
const SOON = { timeoutMs: 15_000, everyMs: 100 };

type Placed = {
  placeOrder: { order: { id: string; status: string; reason: string | null } | null; userErrors: unknown[] };
};

const file = join(tmpdir(), `shopgraph-fail-point-${randomUUID()}`);

let own: OwnShop;
let world: World;
let books: Books;
let shopper: Shopper;
let couponEventId: string;
let lines: { productId: string; quantity: number }[];

beforeAll(async () => {
  own = await startOwnShop({ env: { all: { FAIL_POINT_FILE: file } } });
  ({ world } = own);
  shopper = await world.aShopper({ points: 1_000_000 });
  const products = await Promise.all([world.aProduct({ price: 1_000 }), world.aProduct({ price: 2_000 })]);
  lines = products.map(({ id }) => ({ productId: id, quantity: 1 }));
  couponEventId = await world.aCouponEvent({ maxPerUser: 100 });
  books = await own.openBooks();
}, 90_000);

afterAll(async () => {
  rmSync(file, { force: true });
  await own?.close();
}, 60_000);

async function aNewOrder() {
  return { lines, couponId: await world.aCoupon(shopper, couponEventId), idempotencyKey: randomUUID() };
}

/** Dies there while `act` is on its way; what `act` is answered does not matter yet. */
async function dieAt(point: string, act: () => Promise<unknown>): Promise<void> {
  writeFileSync(file, point);
  const acting = act().catch(() => undefined);
  await eventually(() => expect(existsSync(file) ? `${point} was not reached` : null).toBeNull(), SOON);
  await acting;
  await eventually(async () => {
    for (const name of services) expect((await fetch(`${own.shop.urlOf(name)}/readyz`)).status).toBe(200);
  }, SOON);
}

/** The same request, until it is answered for good. */
async function outcomeOf(input: object): Promise<string> {
  return eventually(async () => {
    const answer: GraphqlAnswer<Placed> = await shopper.query<Placed>(PLACE_ORDER, { input });
    const order = answer.data?.placeOrder.order;
    expect(answer.errors).toBeUndefined();
    expect(['COMPLETED', 'REJECTED']).toContain(order?.status);
    return order?.status as string;
  }, SOON);
}

/** Asked before the last one is decided: recovering it may die there too. */
async function placeAndDie(point: string): Promise<object> {
  const input = await aNewOrder();
  await dieAt(point, () => shopper.query(PLACE_ORDER, { input }));
  return input;
}

async function cancelAndDie(point: string): Promise<string> {
  const input = await aNewOrder();
  expect(await outcomeOf(input)).toBe('COMPLETED');
  const { data } = await shopper.query<Placed>(PLACE_ORDER, { input });
  const orderId = data?.placeOrder.order?.id as string;
  await dieAt(point, () => shopper.query(CANCEL_ORDER, { input: { orderId } }));
  return orderId;
}

async function isCancelled(orderId: string): Promise<void> {
  await eventually(async () => {
    const answer = await shopper.query(CANCEL_ORDER, { input: { orderId } });
    expect(answer).toMatchObject({ data: { cancelOrder: { order: { status: 'CANCELLED' }, userErrors: [] } } });
  }, SOON);
}

it('ends every order COMPLETED or REJECTED within 15 s, wherever a process died, and keeps every book', async () => {
  const inputs: object[] = [];
  for (const point of whileOrdering) inputs.push(await placeAndDie(point));
  await Promise.all(inputs.map(outcomeOf));
  await eventually(async () => expect(await books.broken()).toEqual({}), SOON);
}, 150_000);

it('gives everything back, once, wherever a process died while an order was cancelled', async () => {
  const orderIds: string[] = [];
  for (const point of whileCancelling) orderIds.push(await cancelAndDie(point));
  await Promise.all(orderIds.map(isCancelled));
  await eventually(async () => expect(await books.broken()).toEqual({}), SOON);
}, 90_000);
