import type { GraphqlAnswer } from '@shop/testkit';
import type { Shopper, UserError } from '../world.ts';

const ORDER = 'order { id status total { amount } lines { quantity product { id } } }';

const DOCUMENTS = {
  placeOrder: `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { ${ORDER} userErrors { code } } }`,
  cancelOrder: `mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { ${ORDER} userErrors { code } } }`,
  chargePoints:
    'mutation ($input: ChargePointsInput!) { chargePoints(input: $input) { entry { id } userErrors { code } } }',
  issueCoupon:
    'mutation ($input: IssueCouponInput!) { issueCoupon(input: $input) { coupon { id } userErrors { code } } }',
};

export type Mutation = keyof typeof DOCUMENTS;

export interface OrderSeen {
  id: string;
  status: string;
  total: { amount: number };
  lines: { quantity: number; product: { id: string } }[];
}

/** What a client was told for good: an object, or why there is none. */
export interface Told {
  order?: OrderSeen | null;
  entry?: { id: string } | null;
  coupon?: { id: string } | null;
  userErrors: Pick<UserError, 'code'>[];
}

/** One mutation, sent once or many times under the same key. */
export interface Entry {
  mutation: Mutation;
  shopper: Shopper;
  input: Record<string, unknown>;
  /** Every answer that settles the matter; they must agree. Empty: it is open whether it happened. */
  told: Told[];
}

/** Errors that leave the outcome open, and tell the client to come back with the same key. */
const COME_BACK = ['SERVICE_UNAVAILABLE', 'TIMEOUT', 'IDEMPOTENCY_IN_PROGRESS', 'RATE_LIMITED'];

export interface Journal {
  entries: Entry[];
  /** What clients were told that they must never be told. */
  scandals: string[];
  begin(mutation: Mutation, shopper: Shopper, input: Record<string, unknown>): Entry;
  /** Sends it (again). Null when its outcome stays open. */
  send(entry: Entry): Promise<Told | null>;
}

/** Remembers what every client asked for and was told. */
export function createJournal(): Journal {
  const entries: Entry[] = [];
  const scandals: string[] = [];

  function read({ mutation, told }: Entry, { data, errors = [] }: GraphqlAnswer): Told | null {
    for (const { message, path, extensions } of errors) {
      if (COME_BACK.includes(extensions.code ?? '')) continue;
      scandals.push(`${mutation} at ${path}: ${extensions.code} ${message}`);
    }
    const payload = data?.[mutation] as Told | null | undefined;
    // With an error it may be done all the same, and only its object could not be read.
    if (payload === null || payload === undefined || errors.length > 0) return null;
    told.push(payload);
    return payload;
  }

  return {
    entries,
    scandals,
    begin(mutation, shopper, input) {
      const entry: Entry = { mutation, shopper, input, told: [] };
      entries.push(entry);
      return entry;
    },
    send: async (entry) => read(entry, await entry.shopper.query(DOCUMENTS[entry.mutation], { input: entry.input })),
  };
}
