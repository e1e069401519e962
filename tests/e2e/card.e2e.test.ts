import { randomUUID } from 'node:crypto';
import {
  CancelOrderDocument,
  OrderPageDocument,
  PlaceOrderDocument,
  type PlaceOrderInput,
} from '@shop/schema/operations';
import { eventually } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf, type Shopper } from './world.ts';

const { gatewayUrl, dataPlatformUrl, paymentProviderUrl } = runningShop();
const world = createWorld(gatewayUrl);

type Order = Awaited<ReturnType<typeof placeByCard>>;

async function placeByCard(shopper: Shopper, productId: string) {
  const input: PlaceOrderInput = {
    lines: [{ productId, quantity: 2 }],
    paymentMethod: 'CARD',
    idempotencyKey: randomUUID(),
  };
  const { placeOrder } = dataOf(await shopper.query(PlaceOrderDocument, { input }));
  if (placeOrder.order === null) throw new Error(JSON.stringify(placeOrder.userErrors));
  return placeOrder.order;
}

async function cancel(shopper: Shopper, orderId: string) {
  return dataOf(await shopper.query(CancelOrderDocument, { input: { orderId } })).cancelOrder.order;
}

async function read(shopper: Shopper, id: string) {
  return dataOf(await shopper.query(OrderPageDocument, { id })).order;
}

/** What a buyer does on the provider's page; answers with what they see when they are sent back. */
async function decide({ payment }: Order, decision: 'pay' | 'decline'): Promise<string> {
  const page = payment?.redirectUrl ?? '';
  expect(await (await fetch(page)).text()).toContain('value="pay"');
  const answer = await fetch(page, { method: 'POST', body: new URLSearchParams({ decision }) });
  return answer.text();
}

async function ledgerOf({ payment }: Order): Promise<[kind: string, amount: number | undefined][]> {
  const { id } = await (await fetch(`${paymentProviderUrl}/payments?key=${payment?.id}`)).json();
  const facts: { paymentId: string; kind: string; amount?: number }[] = await (
    await fetch(`${paymentProviderUrl}/ledger`)
  ).json();
  return facts.filter(({ paymentId }) => paymentId === id).map(({ kind, amount }) => [kind, amount]);
}

it('is completed once its buyer has paid on the provider’s page, and refunded once when it is cancelled', async () => {
  const shopper = await world.aShopper();
  const { id: productId } = await world.aProduct({ price: 12_000, stock: 10 });
  const placed = await placeByCard(shopper, productId);
  expect(placed).toMatchObject({
    status: 'AWAITING_PAYMENT',
    payment: { method: 'CARD', status: 'PENDING', amount: { amount: 24_000 } },
  });
  expect(await world.stock(productId)).toEqual({ available: 8, onHand: 10, held: 2 });

  expect(await decide(placed, 'pay')).toContain('Thank you');
  await eventually(async () => expect((await read(shopper, placed.id))?.status).toBe('COMPLETED'));
  expect((await read(shopper, placed.id))?.payment).toMatchObject({ status: 'CAPTURED', redirectUrl: null });
  await eventually(async () => expect(await world.stock(productId)).toEqual({ available: 8, onHand: 8, held: 0 }));
  await eventually(async () => {
    const received: { type: string; data: { orderId?: string } }[] = await (
      await fetch(`${dataPlatformUrl}/received`)
    ).json();
    const types = received.filter(({ data }) => data.orderId === placed.id).map(({ type }) => type);
    expect(types.sort()).toEqual(['order.completed', 'payment.completed']);
  });

  expect(await cancel(shopper, placed.id)).toMatchObject({ status: 'CANCELLED' });
  expect(await cancel(shopper, placed.id)).toMatchObject({ status: 'CANCELLED' });
  await eventually(async () => expect((await read(shopper, placed.id))?.payment?.status).toBe('REFUNDED'));
  expect(await world.stock(productId)).toEqual({ available: 10, onHand: 10, held: 0 });
  expect(await ledgerOf(placed)).toEqual([
    ['authorisation', 24_000],
    ['capture', 24_000],
    ['refund', 24_000],
  ]);
});

it('is rejected when its buyer declines, and gives back what it held', async () => {
  const shopper = await world.aShopper();
  const { id: productId } = await world.aProduct({ stock: 5 });
  const placed = await placeByCard(shopper, productId);
  await decide(placed, 'decline');
  await eventually(async () =>
    expect(await read(shopper, placed.id)).toMatchObject({
      status: 'REJECTED',
      reason: 'PAYMENT_DECLINED',
      payment: { status: 'FAILED' },
    }),
  );
  await eventually(async () => expect(await world.stock(productId)).toEqual({ available: 5, onHand: 5, held: 0 }));
});

it('takes no money when it is cancelled before it is paid', async () => {
  const shopper = await world.aShopper();
  const { id: productId } = await world.aProduct({ stock: 5 });
  const placed = await placeByCard(shopper, productId);
  expect(await cancel(shopper, placed.id)).toMatchObject({ status: 'CANCELLED', payment: { status: 'FAILED' } });
  expect(await (await fetch(placed.payment?.redirectUrl ?? '')).text()).toContain('withdrawn');
  expect(await world.stock(productId)).toEqual({ available: 5, onHand: 5, held: 0 });
  expect(await ledgerOf(placed)).toEqual([['void', undefined]]);
});
