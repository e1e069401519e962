import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { shopClient } from './client.ts';
import * as shop from './operations.ts';

export interface StoryOptions {
  gatewayUrl: string;
  /** Base URL of the stand-in data platform, which shows what it received. */
  dataPlatformUrl: string;
  /** Told what happens, a line at a time. */
  log: (line: string) => void;
}

/** The story does not go as it should. */
class StoryBroken extends Error {
  override readonly name = 'StoryBroken';
}

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new StoryBroken(`Expected that ${what}.`);
}

interface Shelf {
  products: { nodes: { id: string; name: string; price: { amount: number }; stock: { available: number } }[] };
}

/**
 * Tells the shop's story through the gateway: a shopper signs up, charges points, takes a coupon and orders with it,
 * while someone else waits for the sell-out. Throws StoryBroken where the shop does anything else.
 */
export async function tellStory({ gatewayUrl, dataPlatformUrl, log }: StoryOptions): Promise<void> {
  const run = randomUUID().slice(0, 8);
  const anyone = shopClient(gatewayUrl);
  const admin = await shop.signIn(anyone, shop.ADMIN);

  const shopper = await shop.signUp(anyone, {
    email: `ada-${run}@shop.test`,
    password: 'a-long-password',
    name: 'Ada Shopper',
  });
  log(`Ada signs up as ada-${run}@shop.test.`);
  const points = await shop.chargePoints(shopper, 100_000, `charge-${run}`);
  log(`She charges 100,000 points and has ${points.toLocaleString('en')}.`);
  expectThat(points === 100_000, 'a new shopper has exactly what she charged');

  const shelf = await shopper.send<Shelf>(
    `query Browse { products(first: 100, sort: PRICE_ASC, filter: { inStock: true, minPrice: 10000, maxPrice: 40000 }) {
      nodes { id name price { amount } stock { available } } } }`,
  );
  // Enough of both that the refusals below are about what they say they are about.
  const [one, other] = shelf.products.nodes.filter(({ stock }) => stock.available >= 20);
  if (one === undefined || other === undefined)
    throw new StoryBroken('Expected two products between 10,000 and 40,000 won.');
  log(`She browses and finds ${one.name} (${one.price.amount} won) and ${other.name} (${other.price.amount} won).`);

  const eventId = await shop.createCouponEvent(admin, {
    title: `Two for the quick (${run})`,
    description: 'Only two of them.',
    codePrefix: 'QUICK',
    totalCount: 2,
    startsAt: new Date(Date.now() - 60_000),
    endsAt: new Date(Date.now() + 3_600_000),
    discountType: 'PERCENTAGE',
    discountValue: 10,
  });
  const soldOut = anyone.firstEvent<{ couponSoldOut: { couponEvent: { title: string } } }>(
    `subscription Wait($id: ID) { couponSoldOut(couponEventId: $id) { soldOutAt couponEvent { id title remainingCount } } }`,
    { id: eventId },
  );
  log('A second client subscribes to the sell-out of an event with two coupons.');

  const coupon = await shop.issueCoupon(shopper, eventId, `coupon-${run}`);
  log(`Ada takes one of the two: ${coupon.code}.`);

  const order = {
    lines: [
      { productId: one.id, quantity: 1 },
      { productId: other.id, quantity: 2 },
    ],
    couponId: coupon.id,
    idempotencyKey: `order-${run}`,
  };
  const placed = await shop.placeOrder(shopper, order);
  const subtotal = one.price.amount + 2 * other.price.amount;
  const total = subtotal - Math.floor(subtotal / 10);
  log(
    `She orders both with it: ${placed.status}, ${placed.subtotal.amount} − ${placed.discount.amount} = ${placed.total.amount} won.`,
  );
  expectThat(placed.status === 'COMPLETED' && placed.total.amount === total, `the order is COMPLETED at ${total} won`);

  const again = await shop.placeOrder(shopper, order);
  log(`Her phone sends the order again with the same key, and gets the same order: ${again.id === placed.id}.`);
  expectThat(again.id === placed.id, 'the same key answers with the same order');

  await refusals(shopper, { productId: one.id, usedCouponId: coupon.id, run, log });

  const me = await shopper.send<{
    me: {
      points: number;
      orders: {
        nodes: {
          id: string;
          lines: { product: { stock: { available: number } } }[];
          coupon: { status: string; event: { title: string } };
        }[];
      };
    };
  }>(
    `query Me { me { points orders { nodes { id lines { product { name stock { available } } } coupon { status event { title } } } } } }`,
  );
  const [seen] = me.me.orders.nodes;
  log(
    `One query over all four subgraphs: ${me.me.points} points left, coupon ${seen?.coupon.status} of "${seen?.coupon.event.title}".`,
  );
  expectThat(me.me.points === 100_000 - total, 'exactly the total was taken from her points');
  expectThat(
    me.me.orders.nodes.length === 1 && seen?.coupon.status === 'USED',
    'there is one order, and its coupon is used',
  );
  expectThat(
    seen?.lines[0]?.product.stock.available === one.stock.available - 1 &&
      seen.lines[1]?.product.stock.available === other.stock.available - 2,
    'exactly what she ordered was taken from stock',
  );

  const late = await shop.signUp(anyone, {
    email: `ben-${run}@shop.test`,
    password: 'a-long-password',
    name: 'Ben Late',
  });
  await shop.issueCoupon(late, eventId, `coupon-${run}`);
  const { couponSoldOut } = await soldOut.event;
  soldOut.close();
  log(
    `Ben takes the last coupon, and the second client hears of it: "${couponSoldOut.couponEvent.title}" is sold out.`,
  );

  const received = await receivedOnce(dataPlatformUrl, placed.id);
  expectThat(received === 1, `the data platform received the order once, not ${received} times`);
  log('The data platform has received the completed order, once.');
}

async function refusals(
  shopper: Awaited<ReturnType<typeof shop.signUp>>,
  {
    productId,
    usedCouponId,
    run,
    log,
  }: { productId: string; usedCouponId: string; run: string; log: (line: string) => void },
): Promise<void> {
  const attempts = [
    { what: 'more than she has points for', lines: [{ productId, quantity: 11 }], code: 'INSUFFICIENT_POINTS' },
    { what: 'more than there is stock', lines: [{ productId, quantity: 1_000 }], code: 'INSUFFICIENT_STOCK' },
    {
      what: 'with a used coupon',
      lines: [{ productId, quantity: 1 }],
      couponId: usedCouponId,
      code: 'COUPON_NOT_USABLE',
    },
  ];
  for (const { what, code, ...input } of attempts) {
    const { order, userErrors } = await shop.tryPlaceOrder(shopper, { ...input, idempotencyKey: `${code}-${run}` });
    log(`She tries an order ${what}: ${userErrors[0]?.code}.`);
    expectThat(order === null && userErrors[0]?.code === code, `an order ${what} is refused with ${code}`);
  }
}

async function receivedOnce(dataPlatformUrl: string, orderId: string): Promise<number> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const received = (await (await fetch(`${dataPlatformUrl}/received`)).json()) as {
      type: string;
      data: { orderId?: string };
    }[];
    const count = received.filter(({ type, data }) => type === 'order.completed' && data.orderId === orderId).length;
    if (count > 0 || Date.now() > deadline) return count;
    await pause(100);
  }
}
