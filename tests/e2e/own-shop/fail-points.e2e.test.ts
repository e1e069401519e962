import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRedis, type RedisConnection } from '@shop/redis';
import { createLogger } from '@shop/service-kit';
import { eventually, type GraphqlAnswer } from '@shop/testkit';
import type { Books } from '../crashes/books.ts';
import { type OwnShop, startOwnShop } from '../own-shop.ts';
import type { Shopper, World } from '../world.ts';

// Where processes die: in the order service between every two steps, at a participant between its commit and its answer,
// in the relay between publishing an event and putting it away, and in the coupon service on both sides of its commit.
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
const ISSUE_COUPON = `mutation ($input: IssueCouponInput!) {
  issueCoupon(input: $input) { coupon { id } userErrors { code } }
}`;
const services = ['user', 'product', 'order', 'coupon'] as const;
// A process that died has to start again, beside whatever else the machine does.
const SOON = { timeoutMs: 60_000, everyMs: 100 };
const WITHIN_15_S = { timeoutMs: 15_000, everyMs: 100 };

type Placed = {
  placeOrder: { order: { id: string; status: string; reason: string | null } | null; userErrors: unknown[] };
};

const file = join(tmpdir(), `shopgraph-fail-point-${randomUUID()}`);

type CouponAnswer = { issueCoupon: { coupon: { id: string } | null; userErrors: { code: string }[] } };

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

/** Dies there while `act` is on its way, and comes back; what `act` is answered does not matter yet. */
async function dieAt(point: string, act: () => Promise<unknown>): Promise<void> {
  writeFileSync(file, point);
  const acting = act().catch(() => undefined);
  await eventually(() => expect(existsSync(file) ? `${point} was not reached` : null).toBeNull(), SOON);
  await acting;
  await everybodyIsReady();
}

async function everybodyIsReady(): Promise<void> {
  await eventually(async () => {
    for (const name of services) expect((await fetch(`${own.shop.urlOf(name)}/readyz`)).status).toBe(200);
  }, SOON);
}

// A test that failed may have left a process dead.
beforeEach(() => everybodyIsReady(), SOON.timeoutMs);

/** The same request, until it is answered for good. */
async function outcomeOf(input: object): Promise<string> {
  return eventually(async () => {
    const answer: GraphqlAnswer<Placed> = await shopper.query<Placed>(PLACE_ORDER, { input });
    const order = answer.data?.placeOrder.order;
    expect(answer.errors).toBeUndefined();
    expect(['COMPLETED', 'REJECTED']).toContain(order?.status);
    return order?.status as string;
  }, WITHIN_15_S);
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
}, 450_000);

it('gives everything back, once, wherever a process died while an order was cancelled', async () => {
  const orderIds: string[] = [];
  for (const point of whileCancelling) orderIds.push(await cancelAndDie(point));
  await Promise.all(orderIds.map(isCancelled));
  await eventually(async () => expect(await books.broken()).toEqual({}), SOON);
}, 240_000);

describe('of a hundred coupons, twenty-five for each of four', () => {
  let redis: RedisConnection;
  let eventId: string;
  let shoppers: Shopper[];

  beforeEach(async () => {
    redis = await connectRedis({ url: own.servers.redis.url, log: createLogger('test', { level: 'silent' }) });
    eventId = await world.aCouponEvent({ maxPerUser: 25 });
    shoppers = await Promise.all(Array.from({ length: 4 }, () => world.aShopper()));
  });

  afterEach(() => redis.close());

  const aRequest = (shopper: Shopper) => ({ shopper, requestId: randomUUID() });
  const requests = () => shoppers.flatMap((shopper) => Array.from({ length: 5 }, () => aRequest(shopper)));

  /** The id of the coupon, why there is none, or nothing: no answer. */
  async function ask({ shopper, requestId }: { shopper: Shopper; requestId: string }): Promise<string | null> {
    const input = { couponEventId: eventId, requestId };
    const { data } = await shopper.query<CouponAnswer>(ISSUE_COUPON, { input });
    return data?.issueCoupon.coupon?.id ?? data?.issueCoupon.userErrors[0]?.code ?? null;
  }

  async function remaining(): Promise<number> {
    const document = 'query ($id: ID!) { couponEvent(id: $id) { remainingCount } }';
    const { data } = await world.anyone.query<{ couponEvent: { remainingCount: number } }>(document, { id: eventId });
    return data?.couponEvent.remainingCount as number;
  }

  /** What Redis still offers, and how many grants it does not know the outcome of. */
  const offered = async () => [
    Number(await redis.get(`event:{${eventId}}:stock`)),
    await redis.xlen(`event:{${eventId}}:log`),
  ];

  it.each(['coupon.granted', 'coupon.issued'])(
    'a death at %s loses none and doubles none, and Redis counts as the table does within 10 s',
    async (point) => {
      const [patient, gone] = [requests(), requests()];
      const told = new Map<string, string | null>();
      const rush = [...patient, ...gone].map(async (request) => told.set(request.requestId, await ask(request)));
      await dieAt(point, () => Promise.allSettled(rush));
      expect([...told.values()]).toContain(null);

      // How long a process takes to start is the machine's affair; from then on it is 10 s at most.
      await eventually(async () => expect(await offered()).toEqual([await remaining(), 0]), { timeoutMs: 10_000 });
      for (const request of patient) {
        const coupon = await ask(request);
        expect(coupon).toBe(told.get(request.requestId) ?? coupon);
        expect(await ask(request)).toBe(coupon);
      }
      for (const shopper of shoppers) {
        for (let answer = await ask(aRequest(shopper)); !/^[A-Z_]+$/.test(`${answer}`); ) {
          expect(answer).not.toBeNull();
          answer = await ask(aRequest(shopper));
        }
      }
      expect(await remaining()).toBe(0);
      await eventually(async () => expect(await offered()).toEqual([0, 0]), SOON);
      await eventually(async () => expect(await books.broken()).toEqual({}), SOON);
    },
    240_000,
  );
});
