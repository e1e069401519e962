import { connectionType, DateTimeScalar } from '@shop/subgraph-kit';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Coupon, CouponStatus } from '../domain/coupon.ts';

export const CouponStatusEnum = { ACTIVE: 'ACTIVE', HELD: 'HELD', USED: 'USED', EXPIRED: 'EXPIRED' } as const;
registerEnumType(CouponStatusEnum, {
  name: 'CouponStatus',
  description: 'Whether a coupon can be used.',
  valuesConfig: {
    ACTIVE: { description: 'It can be used.' },
    HELD: { description: 'An order that wants it is being placed.' },
    USED: { description: 'An order was placed with it.' },
    EXPIRED: { description: 'Its time is over, and nobody used it.' },
  },
});

@ObjectType('Coupon', { description: 'One coupon of one user; only its owner and an ADMIN see it.' })
@Directive('@key(fields: "id")')
export class CouponType {
  @Field(() => ID, { description: 'Names the coupon.' })
  id!: string;

  @Field(() => String, { description: 'What is printed on it: the prefix of its event and eight characters.' })
  code!: string;

  @Field(() => CouponStatusEnum, { description: 'Whether it can be used now.' })
  status!: CouponStatus;

  @Field(() => DateTimeScalar, { description: 'When it was issued.' })
  issuedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Until when it can be used.' })
  expiresAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When an order used it.' })
  usedAt!: Date | null;

  // Not fields: what `event` and `owner` are resolved by.
  eventId!: string;
  userId!: string;

  static from(coupon: Coupon, now: Date): CouponType {
    const { id, code, issuedAt, expiresAt, usedAt, eventId, userId } = coupon;
    return Object.assign(new CouponType(), {
      ...{ id, code, issuedAt, expiresAt, usedAt, eventId, userId },
      status: coupon.status(now),
    });
  }
}

export const CouponConnectionType = connectionType('Coupon', () => CouponType);
