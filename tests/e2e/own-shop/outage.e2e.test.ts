import { randomUUID } from 'node:crypto';
import { readRunFile, type Shop } from '@shop/local';
import { eventually, patience, type TestServers } from '@shop/testkit';
import { type OwnShop, startOwnShop } from '../own-shop.ts';
import { dataOf, type Shopper, type World } from '../world.ts';

// A shop of this file's own, on servers that it can stop.
let own: OwnShop;
let servers: TestServers;
let shop: Shop;
let dir: string;
let world: World;
let shopper: Shopper;
let productId: string;

const PLACE_ORDER =
  'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { status } userErrors { code } } }';
const services = ['user', 'product', 'order', 'coupon'] as const;

beforeAll(async () => {
  own = await startOwnShop();
  ({ servers, shop, dir, world } = own);
  shopper = await world.aShopper({ points: 1_000_000 });
  productId = (await world.aProduct({ price: 1_000, stock: 1_000 })).id;
}, 90_000);

afterAll(() => own?.close(), 60_000);

const pids = () => services.map((name) => readRunFile(dir)?.services[name]?.instances[0]?.pid);

async function readiness(name: (typeof services)[number]) {
  const response = await fetch(`${shop.urlOf(name)}/readyz`);
  return { status: response.status, report: (await response.json()) as { reasons: object; degraded: object } };
}

/** What the data platform was told of one coupon. */
async function received(type: string, couponId: string) {
  const all = await (await fetch(`${shop.urlOf('dataPlatform')}/received`)).json();
  return (all as { type: string; data: { couponId?: string } }[]).filter(
    (event) => event.type === type && event.data.couponId === couponId,
  );
}

const order = () =>
  shopper.query(PLACE_ORDER, { input: { lines: [{ productId, quantity: 1 }], idempotencyKey: randomUUID() } });

async function everythingWorks(): Promise<void> {
  await eventually(
    async () => {
      for (const name of services) expect((await readiness(name)).status).toBe(200);
      expect(dataOf(await order())).toMatchObject({ placeOrder: { order: { status: 'COMPLETED' } } });
      expect(await world.aCoupon(shopper, await world.aCouponEvent())).toEqual(expect.any(String));
    },
    { timeoutMs: 30_000, everyMs: 250 },
  );
}

it('outlives a database that goes away, says so, and recovers by itself', async () => {
  const before = pids();
  await servers.mysql.stop();
  for (const name of services) {
    await eventually(async () => {
      const { status, report } = await readiness(name);
      expect(status).toBe(503);
      expect(report.reasons).toHaveProperty('mysql');
    });
  }
  const answer = await shopper.query('{ me { points } }');
  expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  expect((await order()).errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  expect(JSON.stringify(answer)).not.toMatch(/mysql|ECONNREFUSED|127\.0\.0\.1/i);

  await servers.mysql.start();
  await everythingWorks();
  expect(pids()).toEqual(before);
}, 90_000);

it('outlives a broker that goes away: reads go on, orders wait or say so, and events arrive afterwards', async () => {
  const before = pids();
  await servers.nats.stop();
  await eventually(async () => expect((await readiness('order')).status).toBe(503));
  expect((await readiness('order')).report.reasons).toHaveProperty('nats');
  expect(await world.points(shopper)).toBeGreaterThan(0);
  const answer = await order();
  const outcome =
    answer.errors?.[0]?.extensions.code ??
    (answer.data as { placeOrder: { order: { status: string } } }).placeOrder.order.status;
  expect(['SERVICE_UNAVAILABLE', 'REJECTED']).toContain(outcome);
  const couponId = await world.aCoupon(shopper, await world.aCouponEvent());

  await servers.nats.start();
  await everythingWorks();
  await eventually(async () => expect(await received('coupon.issued', couponId)).toHaveLength(1), patience);
  expect(pids()).toEqual(before);
}, 90_000);

it('does without Redis, slower, and never wrong', async () => {
  const before = pids();
  const couponEvent = await world.aCouponEvent({ totalCount: 3 });
  await world.aCoupon(shopper, couponEvent);
  await servers.redis.stop();
  expect(dataOf(await order())).toMatchObject({ placeOrder: { order: { status: 'COMPLETED' } } });
  const others = await Promise.all(Array.from({ length: 4 }, () => world.aShopper()));
  const results = await Promise.allSettled(others.map((other) => world.aCoupon(other, couponEvent)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  const event = dataOf(
    await world.anyone.query('query ($id: ID!) { couponEvent(id: $id) { issuedCount soldOut } }', { id: couponEvent }),
  );
  expect(event).toEqual({ couponEvent: { issuedCount: 3, soldOut: true } });

  await servers.redis.start();
  await everythingWorks();
  expect(pids()).toEqual(before);
}, 90_000);

it('waits for servers that are not there when a process starts', async () => {
  await Promise.all([servers.mysql.stop(), servers.nats.stop(), servers.redis.stop()]);
  const [pid] = readRunFile(dir)?.services.product?.instances.map((instance) => instance.pid) ?? [];
  process.kill(pid as number, 'SIGKILL');
  await eventually(
    async () => {
      expect(readRunFile(dir)?.services.product?.instances[0]?.pid).not.toBe(pid);
      const { status, report } = await readiness('product');
      expect(status).toBe(503);
      expect(Object.keys(report.reasons).length).toBeGreaterThan(0);
    },
    { timeoutMs: 20_000 },
  );
  expect((await fetch(`${shop.urlOf('product')}/healthz`)).status).toBe(200);
  const answer = await world.anyone.query('{ products { nodes { id } } }');
  expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);

  await Promise.all([servers.mysql.start(), servers.nats.start(), servers.redis.start()]);
  await everythingWorks();
}, 120_000);

it('costs only its own fields when one subgraph is away', async () => {
  const me = '{ me { email points orders(first: 1) { nodes { id } } } products(first: 1) { nodes { id } } }';
  expect((await shopper.query(me)).errors).toBeUndefined();
  const pid = readRunFile(dir)?.services.product?.instances[0]?.pid as number;
  process.kill(pid, 'SIGSTOP');
  try {
    const answer = await shopper.query<{ me: { email: string } }>(
      '{ me { email orders(first: 1) { nodes { lines { productName product { name } } } } } }',
    );
    expect(answer.data?.me.email).toBe(shopper.email);
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(expect.arrayContaining(['TIMEOUT']));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await everythingWorks();
}, 60_000);
