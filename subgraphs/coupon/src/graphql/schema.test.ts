import 'reflect-metadata';
import { composeServices } from '@apollo/composition';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { couponSchema } from './schema.ts';

// The least that another subgraph must bring for this one to compose: the entity it extends.
const users = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { me: User }
  type User @key(fields: "id") { id: ID! }
`;

describe('the coupon schema', () => {
  let sdl: string;
  let composed: ReturnType<typeof composeServices>;

  beforeAll(async () => {
    ({ sdl } = await couponSchema());
    composed = composeServices([
      { name: 'user', typeDefs: parse(users) },
      { name: 'coupon', typeDefs: parse(sdl) },
    ]);
  });

  it('composes without errors or hints', () => {
    expect(composed.errors?.map(({ message }) => message)).toBeUndefined();
    expect(composed.hints?.map(({ message }) => message)).toEqual([]);
  });

  it('says in its SDL where a subscription gets its events', () => {
    expect(sdl).toContain('current: "currentCouponSoldOut(couponEventId: {args.couponEventId})", audience: PUBLIC)');
    expect(sdl).toContain('directive @eventStream(stream: String!, subject: String!, value: String!');
  });

  it('tells the gateway, and nobody else, where a subscription gets its events', () => {
    const field = composed.schema?.schemaDefinition.rootType('subscription')?.field('couponSoldOut');
    expect(field?.appliedDirectivesOf('eventStream').map((applied) => applied.arguments())).toEqual([
      {
        stream: 'COUPON',
        subject: 'coupon.soldout.{args.couponEventId}',
        value: '{ couponEvent: { id: $eventId }, soldOutAt: $soldOutAt }',
        current: 'currentCouponSoldOut(couponEventId: {args.couponEventId})',
        audience: 'PUBLIC',
      },
    ]);
    expect(composed.schema?.toAPISchema().directive('eventStream')).toBeUndefined();
    expect(composed.schema?.toAPISchema().type('eventStream__Audience')).toBeUndefined();
  });
});
