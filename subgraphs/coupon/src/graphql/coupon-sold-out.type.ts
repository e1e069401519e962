import { DateTimeScalar } from '@shop/subgraph-kit';
import { Field, ObjectType } from 'type-graphql';
import type { CouponEvent } from '../domain/coupon-event.ts';
import { CouponEventType } from './coupon-event.type.ts';

@ObjectType('CouponSoldOut', { description: 'A restocked event that sells out again is a new sell-out.' })
export class CouponSoldOutType {
  @Field(() => CouponEventType, { description: 'The event whose coupons are gone.' })
  couponEvent!: CouponEventType;

  @Field(() => DateTimeScalar, { description: 'When the last one went.' })
  soldOutAt!: Date;

  static from(event: CouponEvent, soldOutAt: Date, now: Date): CouponSoldOutType {
    return Object.assign(new CouponSoldOutType(), { couponEvent: CouponEventType.from(event, now), soldOutAt });
  }
}
