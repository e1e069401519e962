import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

/** What all arms serve: one field, whose event says all that is asked for. */
export const STREAM = 'FANOUT';
export const SUBJECT = 'fanout.soldout';

export const TYPES = /* GraphQL */ `
  type Query { soldOut: SoldOut }
  type SoldOut { number: Int!, couponEventId: ID!, title: String!, soldOutAt: String! }
`;
export const FIELD = 'soldOut: SoldOut!';
export const OPERATION = 'subscription { soldOut { number couponEventId title soldOutAt } }';

const EVENT_STREAM = /* GraphQL */ `
  enum eventStream__Audience { PUBLIC VIEWER }
  directive @eventStream(
    stream: String!, subject: String!, value: String!, current: String, currentRequired: Boolean = false,
    audience: eventStream__Audience = VIEWER
  ) on FIELD_DEFINITION
`;
const VALUE = '{ number: $number, couponEventId: $couponEventId, title: $title, soldOutAt: $soldOutAt }';

/** For our gateway with the field as a subgraph declares it; for one that takes it from elsewhere, without. */
export function supergraph({ withEvents }: { withEvents: boolean }): string {
  const subscription = `${EVENT_STREAM} type Subscription {
    ${FIELD} @eventStream(stream: "${STREAM}", subject: "${SUBJECT}", value: "${VALUE}", audience: PUBLIC)
  }`;
  const typeDefs = parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective"])
      @link(url: "https://shopgraph.dev/eventStream/v1.0", import: ["@eventStream"]) ${withEvents ? '@composeDirective(name: "@eventStream")' : ''}
    ${TYPES} ${withEvents ? subscription : ''}
  `);
  // Nobody answers there: an event says all that is asked for.
  const { supergraphSdl, errors } = composeServices([{ name: 'coupon', url: 'http://127.0.0.1:1/graphql', typeDefs }]);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'The schema does not compose.');
  return supergraphSdl;
}

/** One event as a subgraph publishes it: about as long as the shop's own. */
export function eventOf(number: number): string {
  const couponEventId = '0199b2a4-7c1e-7f3a-9d52-3f6f0f5a1c77';
  const data = { number, couponEventId, title: 'Ten percent off everything', soldOutAt: '2026-01-01T10:00:00.000Z' };
  return JSON.stringify({
    specversion: '1.0',
    id: crypto.randomUUID(),
    source: 'coupon',
    type: 'coupon.soldout',
    time: new Date().toISOString(),
    data,
  });
}
