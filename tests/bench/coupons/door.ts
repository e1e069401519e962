import { randomUUID } from 'node:crypto';
import { graphqlClient } from '@shop/testkit';
import { requestTo } from './caller.ts';
import type { Person } from './people.ts';

/** A place where coupons are asked for, and the cheapest thing a signed-in user can ask for there. */
export interface Door {
  name: 'gateway' | 'subgraph' | 'literal gateway' | 'literal subgraph';
  url: string;
  /** Where its coupons are. */
  database: string;
  cheapest(person: Person): Buffer;
}

const ISSUE =
  'mutation ($input: IssueCouponInput!) { issueCoupon(input: $input) { coupon { id code } userErrors { code } } }';
const ME = '{ me { id } }';
// Verifies the token and answers without asking any server.
const ENTITY = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { id } } }';

type Place = Pick<Door, 'name' | 'url' | 'database'>;

export function gatewayDoor(place: Place): Door {
  return { ...place, cheapest: ({ token }) => requestTo(place.url, { query: ME }, token) };
}

export function subgraphDoor(place: Place): Door {
  const { url } = place;
  const variablesOf = (id: string) => ({ of: [{ __typename: 'User', id }] });
  return {
    ...place,
    cheapest: ({ id, token }) => requestTo(url, { query: ENTITY, variables: variablesOf(id) }, token),
  };
}

/** One request of each for a coupon of the event. */
export function askingFor(eventId: string, people: readonly Person[], { url }: Door): Buffer[] {
  return people.map(({ token }) => {
    const input = { couponEventId: eventId, requestId: randomUUID() };
    return requestTo(url, { query: ISSUE, variables: { input } }, token);
  });
}

/** What came of it; throws for an answer that is neither a coupon nor SOLD_OUT. */
export function outcomeOf(answer: string): 'ISSUED' | 'SOLD_OUT' {
  if (answer.includes('"coupon":{"id":')) return 'ISSUED';
  if (answer.includes('"code":"SOLD_OUT"')) return 'SOLD_OUT';
  throw new Error(`A request for a coupon was answered ${answer.slice(0, 500)}`);
}

/** Makes an event, at the door where its coupons will be asked for; returns its id. */
export async function openEvent({ url }: Door, totalCount: number, adminToken: string): Promise<string> {
  const { data, errors } = await graphqlClient(url, { token: adminToken }).query<{
    createCouponEvent: { couponEvent: { id: string } | null; userErrors: object[] };
  }>(
    'mutation ($input: CreateCouponEventInput!) { createCouponEvent(input: $input) { couponEvent { id } userErrors { code message } } }',
    {
      input: {
        ...{ title: `${totalCount} coupons`, codePrefix: 'BENCH', totalCount },
        ...{ discountType: 'PERCENTAGE', discountValue: 10 },
        startsAt: new Date(Date.now() - 60_000),
        endsAt: new Date(Date.now() + 3_600_000),
      },
    },
  );
  const event = data?.createCouponEvent.couponEvent;
  if (!event) throw new Error(`No coupon event: ${JSON.stringify(errors ?? data?.createCouponEvent.userErrors)}`);
  return event.id;
}
