import { randomUUID } from 'node:crypto';
import { type GraphqlAnswer, type GraphqlClient, graphqlClient } from '@shop/testkit';
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

export interface NewCouponEvent {
  totalCount?: number;
  maxPerUser?: number;
  discountType?: 'PERCENTAGE' | 'FIXED';
  discountValue?: number;
  minPurchaseAmount?: number;
  startsAt?: Date;
  endsAt?: Date;
}

/** Makes what a test needs, through the gateway and nothing else. */
export interface World {
  anyone: GraphqlClient;
  admin(): Promise<GraphqlClient>;
  aShopper(options?: { points?: number }): Promise<Shopper>;
  aProduct(options?: { price?: number; stock?: number; name?: string }): Promise<{ id: string; name: string }>;
  aCouponEvent(options?: NewCouponEvent): Promise<string>;
  aCoupon(shopper: Shopper, couponEventId: string): Promise<string>;
  points(shopper: Shopper): Promise<number>;
  stock(productId: string): Promise<{ available: number; onHand: number; held: number }>;
  subscribe(document: string, variables?: Record<string, unknown>, token?: string): Listener;
}

/** Collects what a subscription delivers. */
export interface Listener {
  events: Record<string, unknown>[];
  /** Errors of the subscription, and the codes sockets were closed with. */
  failures: unknown[];
  connected: Promise<void>;
  close(): void;
}

const SESSION = 'session { accessToken refreshToken user { id email } } userErrors { code message path }';

/** The data of an answer that must have no errors. */
export function dataOf<T>(answer: GraphqlAnswer<T>): T {
  if (answer.errors || answer.data === null) throw new Error(`Unexpected errors: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

export function createWorld(gatewayUrl: string): World {
  const anyone = graphqlClient(gatewayUrl);
  let admin: Promise<GraphqlClient> | undefined;

  async function signInAdmin(): Promise<GraphqlClient> {
    const { signIn } = dataOf(
      await anyone.query<{ signIn: { session: { accessToken: string } } }>(
        `mutation ($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`,
        { input: { email: ADMIN.email, password: ADMIN.password } },
      ),
    );
    return graphqlClient(gatewayUrl, { token: signIn.session.accessToken });
  }

  const world: World = {
    anyone,
    admin: () => (admin ??= signInAdmin()),

    async aShopper({ points = 0 } = {}) {
      const email = `${randomUUID()}@shop.test`;
      const { signUp } = dataOf(
        await anyone.query<{
          signUp: { session: { accessToken: string; refreshToken: string; user: { id: string } } };
        }>(`mutation ($input: SignUpInput!) { signUp(input: $input) { ${SESSION} } }`, {
          input: { email, password: 'a-long-password', name: 'A Shopper' },
        }),
      );
      const { accessToken: token, refreshToken, user } = signUp.session;
      const shopper = { ...graphqlClient(gatewayUrl, { token }), id: user.id, email, token, refreshToken };
      if (points > 0) {
        const charge = 'mutation ($input: ChargePointsInput!) { chargePoints(input: $input) { userErrors { code } } }';
        dataOf(await shopper.query(charge, { input: { amount: points, idempotencyKey: randomUUID() } }));
      }
      return shopper;
    },

    async aProduct({ price = 10_000, stock = 100, name = `Product ${randomUUID().slice(0, 8)}` } = {}) {
      const { createProduct } = dataOf(
        await (await world.admin()).query<{ createProduct: { product: { id: string; name: string } } }>(
          `mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id name } userErrors { code message path } } }`,
          { input: { name, price, stock } },
        ),
      );
      return createProduct.product;
    },

    async aCouponEvent(options = {}) {
      const input = {
        title: `Event ${randomUUID().slice(0, 8)}`,
        codePrefix: 'TEST',
        totalCount: 100,
        startsAt: new Date(Date.now() - 60_000),
        endsAt: new Date(Date.now() + 3_600_000),
        discountType: 'PERCENTAGE',
        discountValue: 10,
        ...options,
      };
      const { createCouponEvent } = dataOf(
        await (await world.admin()).query<{
          createCouponEvent: { couponEvent: { id: string } | null; userErrors: UserError[] };
        }>(
          `mutation ($input: CreateCouponEventInput!) { createCouponEvent(input: $input) { couponEvent { id } userErrors { code message path } } }`,
          { input },
        ),
      );
      if (createCouponEvent.couponEvent === null) throw new Error(JSON.stringify(createCouponEvent.userErrors));
      return createCouponEvent.couponEvent.id;
    },

    async aCoupon(shopper, couponEventId) {
      const { issueCoupon } = dataOf(
        await shopper.query<{ issueCoupon: { coupon: { id: string } | null; userErrors: UserError[] } }>(
          `mutation ($input: IssueCouponInput!) { issueCoupon(input: $input) { coupon { id } userErrors { code message path } } }`,
          { input: { couponEventId, requestId: randomUUID() } },
        ),
      );
      if (issueCoupon.coupon === null) throw new Error(JSON.stringify(issueCoupon.userErrors));
      return issueCoupon.coupon.id;
    },

    points: async (shopper) => dataOf(await shopper.query<{ me: { points: number } }>('{ me { points } }')).me.points,

    async stock(productId) {
      const document = 'query ($id: ID!) { product(id: $id) { stock { available onHand held } } }';
      type Answer = { product: { stock: { available: number; onHand: number; held: number } } };
      return dataOf(await anyone.query<Answer>(document, { id: productId })).product.stock;
    },

    subscribe: (document, variables = {}, token) => listen(gatewayUrl, document, variables, token),
  };
  return world;
}

function listen(gatewayUrl: string, query: string, variables: Record<string, unknown>, token?: string): Listener {
  const events: Record<string, unknown>[] = [];
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
  client.subscribe(
    { query, variables },
    {
      next: ({ data, errors }) => (data ? events.push(data) : failures.push(errors)),
      error: (error) => failures.push(error),
      complete: () => {},
    },
  );
  return { events, failures, connected, close: () => void client.dispose() };
}
