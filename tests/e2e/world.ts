import { randomUUID } from 'node:crypto';
import {
  AccountDocument,
  ChargePointsDocument,
  CreateCouponEventDocument,
  type CreateCouponEventInput,
  CreateProductDocument,
  IssueCouponDocument,
  ProductStockDocument,
  SignInDocument,
  SignUpDocument,
} from '@shop/schema/operations';
import { type GraphqlAnswer, type GraphqlClient, graphqlClient, type TypedDocument } from '@shop/testkit';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ADMIN } from './running-shop.ts';

export interface UserError {
  code: string;
  message: string;
  path: string[] | null;
}

export interface Shopper extends GraphqlClient {
  id: string;
  email: string;
  token: string;
  refreshToken: string;
}

/** Makes what a test needs, through the gateway and nothing else. */
export interface World {
  anyone: GraphqlClient;
  admin(): Promise<GraphqlClient>;
  aShopper(options?: { points?: number }): Promise<Shopper>;
  aProduct(options?: { price?: number; stock?: number; name?: string }): Promise<{ id: string; name: string }>;
  aCouponEvent(options?: Partial<CreateCouponEventInput>): Promise<string>;
  aCoupon(shopper: Shopper, couponEventId: string): Promise<string>;
  points(shopper: Shopper): Promise<number>;
  stock(productId: string): Promise<{ available: number; onHand: number; held: number }>;
  subscribe<Data, Variables extends Record<string, unknown>>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    token?: string,
  ): Listener<Data>;
}

/** Collects what a subscription delivers. */
export interface Listener<Data = Record<string, unknown>> {
  events: Data[];
  /** Errors of the subscription, and the codes sockets were closed with. */
  failures: unknown[];
  connected: Promise<void>;
  close(): void;
}

/** The data of an answer that must have no errors. */
export function dataOf<T>(answer: GraphqlAnswer<T>): T {
  if (answer.errors || answer.data === null) throw new Error(`Unexpected errors: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

/** What a mutation was to give. */
function given<T>(value: T | null, { userErrors }: { userErrors: readonly unknown[] }): T {
  if (value === null) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
  return value;
}

export function createWorld(gatewayUrl: string): World {
  const anyone = graphqlClient(gatewayUrl);
  let admin: Promise<GraphqlClient> | undefined;

  async function signInAdmin(): Promise<GraphqlClient> {
    const input = { email: ADMIN.email, password: ADMIN.password };
    const { signIn } = dataOf(await anyone.query(SignInDocument, { input }));
    return graphqlClient(gatewayUrl, { token: given(signIn.session, signIn).accessToken });
  }

  const world: World = {
    anyone,
    admin: () => (admin ??= signInAdmin()),

    async aShopper({ points = 0 } = {}) {
      const email = `${randomUUID()}@shop.test`;
      const account = { email, password: 'a-long-password', name: 'A Shopper' };
      const { signUp } = dataOf(await anyone.query(SignUpDocument, { input: account }));
      const { accessToken: token, refreshToken, user } = given(signUp.session, signUp);
      const shopper = { ...graphqlClient(gatewayUrl, { token }), id: user.id, email, token, refreshToken };
      if (points > 0) {
        const input = { amount: points, idempotencyKey: randomUUID() };
        dataOf(await shopper.query(ChargePointsDocument, { input }));
      }
      return shopper;
    },

    async aProduct({ price = 10_000, stock = 100, name = `Product ${randomUUID().slice(0, 8)}` } = {}) {
      const admin = await world.admin();
      const { createProduct } = dataOf(await admin.query(CreateProductDocument, { input: { name, price, stock } }));
      return given(createProduct.product, createProduct);
    },

    async aCouponEvent(options = {}) {
      const input: CreateCouponEventInput = {
        title: `Event ${randomUUID().slice(0, 8)}`,
        codePrefix: 'TEST',
        totalCount: 100,
        startsAt: new Date(Date.now() - 60_000).toISOString(),
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
        discountType: 'PERCENTAGE',
        discountValue: 10,
        ...options,
      };
      const admin = await world.admin();
      const { createCouponEvent } = dataOf(await admin.query(CreateCouponEventDocument, { input }));
      return given(createCouponEvent.couponEvent, createCouponEvent).id;
    },

    async aCoupon(shopper, couponEventId) {
      const input = { couponEventId, requestId: randomUUID() };
      const { issueCoupon } = dataOf(await shopper.query(IssueCouponDocument, { input }));
      return given(issueCoupon.coupon, issueCoupon).id;
    },

    async points(shopper) {
      const { me } = dataOf(await shopper.query(AccountDocument));
      if (me === null) throw new Error('Nobody is signed in.');
      return me.points;
    },

    async stock(id) {
      const { product } = dataOf(await anyone.query(ProductStockDocument, { id }));
      if (product === null) throw new Error(`There is no product ${id}.`);
      return product.stock;
    },

    subscribe: (document, variables, token) => listen(gatewayUrl, document, variables, token),
  };
  return world;
}

function listen<Data, Variables extends Record<string, unknown>>(
  gatewayUrl: string,
  document: TypedDocument<Data, Variables>,
  variables: Variables,
  token?: string,
): Listener<Data> {
  const events: Data[] = [];
  const failures: unknown[] = [];
  let isConnected = () => {};
  const connected = new Promise<void>((resolve) => {
    isConnected = resolve;
  });
  const client = createClient({
    url: gatewayUrl.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
    on: { connected: () => isConnected(), closed: (event) => failures.push((event as { code: number }).code) },
  });
  client.subscribe<Data>(
    { query: document.toString(), variables },
    {
      next: ({ data, errors }) => (data ? events.push(data) : failures.push(errors)),
      error: (error) => failures.push(error),
      complete: () => {},
    },
  );
  return { events, failures, connected, close: () => void client.dispose() };
}
