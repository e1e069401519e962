import { randomUUID } from 'node:crypto';
import { AccountDocument, OrderAuditDocument, PlaceOrderDocument } from '@shop/schema/operations';
import { graphqlClient } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf, type Shopper } from './world.ts';

const { gatewayUrl, run } = runningShop();
const world = createWorld(gatewayUrl);

let owner: Shopper;
let stranger: Shopper;
let orderId: string;

beforeAll(async () => {
  [owner, stranger] = await Promise.all([world.aShopper({ points: 50_000 }), world.aShopper()]);
  const product = await world.aProduct({ price: 1_000 });
  const couponId = await world.aCoupon(owner, await world.aCouponEvent());
  const input = { lines: [{ productId: product.id, quantity: 1 }], couponId, idempotencyKey: randomUUID() };
  const { placeOrder } = dataOf(await owner.query(PlaceOrderDocument, { input }));
  orderId = placeOrder.order?.id as string;
});

const PRIVATE =
  'query ($user: ID!, $order: ID!) { user(id: $user) { email points } order(id: $order) { total { amount } } }';
const ids = () => ({ user: owner.id, order: orderId });

it('shows a user and an order to their owner and to an ADMIN', async () => {
  const seen = { data: { user: { email: owner.email, points: 49_100 }, order: { total: { amount: 900 } } } };
  expect(await owner.query(PRIVATE, ids())).toMatchObject(seen);
  expect(await (await world.admin()).query(PRIVATE, ids())).toMatchObject(seen);
});

it('shows nothing of them to a stranger, not even that they exist', async () => {
  const answer = await stranger.query(PRIVATE, ids());
  expect(answer.data).toEqual({ user: null, order: null });
  expect(answer.errors).toBeUndefined();
});

it('asks whoever is not signed in to sign in', async () => {
  const answer = await world.anyone.query(PRIVATE, ids());
  expect(answer.data ?? { user: null, order: null }).toEqual({ user: null, order: null });
  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  expect((await world.anyone.query(AccountDocument)).data).toEqual({ me: null });
});

it('keeps what the saga did for an ADMIN', async () => {
  const forOwner = await owner.query(OrderAuditDocument, { id: orderId });
  expect(forOwner.data?.order).toMatchObject({ id: orderId, sagaSteps: null });
  const forAdmin = dataOf(await (await world.admin()).query(OrderAuditDocument, { id: orderId }));
  expect(forAdmin.order?.sagaSteps?.length).toBeGreaterThan(0);
});

it.each(['rubbish', 'eyJhbGciOiJub25lIn0.eyJyb2xlIjoiQURNSU4ifQ.'])(
  'refuses the whole request for the token %p, at the gateway and at every subgraph',
  async (token) => {
    const ports = Object.entries(run.services).filter(([name]) => name !== 'data-platform');
    const urls = [gatewayUrl, ...ports.map(([, { instances }]) => `http://127.0.0.1:${instances[0]?.port}/graphql`)];
    for (const url of urls) {
      const answer = await graphqlClient(url, { token }).query('{ __typename }');
      expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  },
);

it('does not believe what a client says about itself', async () => {
  const forged = { 'x-user-id': owner.id, 'x-viewer': owner.id, 'x-role': 'ADMIN', 'user-id': owner.id };
  expect((await stranger.query(PRIVATE, ids(), forged)).data).toEqual({ user: null, order: null });
});

it('refuses an entity to a stranger who asks a subgraph for it directly', async () => {
  const document =
    'query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Order { id total { amount } } ... on User { id } } }';
  const url = `http://127.0.0.1:${run.services.order?.instances[0]?.port}/graphql`;
  const answer = await graphqlClient(url, { token: stranger.token }).query(document, {
    of: [{ __typename: 'Order', id: orderId }],
  });
  expect(answer.data).toEqual({ _entities: [null] });
});
