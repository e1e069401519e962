import { connectionType, DateTimeScalar, MoneyType } from '@shop/subgraph-kit';
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { CouponEvent } from '../domain/coupon-event.ts';
import type { Discount, DiscountType } from '../domain/discount.ts';
import type { CouponEventStatus } from '../domain/window.ts';

export const CouponEventStatusEnum = { SCHEDULED: 'SCHEDULED', ACTIVE: 'ACTIVE', ENDED: 'ENDED' } as const;
registerEnumType(CouponEventStatusEnum, {
  name: 'CouponEventStatus',
  description: 'Where an event stands, by its times or because it was ended early.',
  valuesConfig: {
    SCHEDULED: { description: 'It has not begun.' },
    ACTIVE: { description: 'Coupons can be had, while there are any.' },
    ENDED: { description: 'It is over; what is issued stays valid.' },
  },
});

export const DiscountTypeEnum = { PERCENTAGE: 'PERCENTAGE', FIXED: 'FIXED' } as const;
registerEnumType(DiscountTypeEnum, {
  name: 'DiscountType',
  description: 'How a discount is reckoned.',
  valuesConfig: {
    PERCENTAGE: { description: 'A share of the subtotal.' },
    FIXED: { description: 'An amount, the subtotal at most.' },
  },
});

@ObjectType('Discount', { description: 'What a coupon takes off an order.' })
export class DiscountObjectType implements Discount {
  @Field(() => DiscountTypeEnum, { description: 'A share of the subtotal, or an amount.' })
  type!: DiscountType;

  @Field(() => Int, { description: 'Percent (1-100) or amount in minor units.' })
  value!: number;
}

@ObjectType('CouponEvent', { description: 'A limited number of coupons, first come, first served.' })
@Directive('@key(fields: "id")')
export class CouponEventType {
  @Field(() => ID, { description: 'Names the event.' })
  id!: string;

  @Field(() => String, { description: 'What it is called.' })
  title!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => Int, { description: 'How many coupons there are in all.' })
  totalCount!: number;

  @Field(() => Int, { description: 'How many are taken.' })
  issuedCount!: number;

  @Field(() => Int, { description: 'How many can still be had now.' })
  remainingCount!: number;

  @Field(() => DateTimeScalar, { description: 'From when on coupons can be had.' })
  startsAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Until when coupons can be had.' })
  endsAt!: Date;

  @Field(() => Int, { description: 'How many one user may have.' })
  maxPerUser!: number;

  @Field(() => DiscountObjectType, { description: 'What each coupon takes off.' })
  discount!: DiscountObjectType;

  @Field(() => MoneyType, { description: 'The subtotal from which on a coupon can be used.' })
  minPurchaseAmount!: MoneyType;

  @Field(() => Int, { description: 'How many days a coupon can be used after it is issued.' })
  validDays!: number;

  @Field(() => CouponEventStatusEnum, { description: 'Where it stands now.' })
  status!: CouponEventStatus;

  @Field(() => Boolean, { description: 'Whether all coupons are taken.' })
  soldOut!: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the last coupon went; null while there are any.' })
  soldOutAt!: Date | null;

  @Field(() => Int, { description: 'Rises with every edit; see `expectedVersion`.' })
  version!: number;

  static from(event: CouponEvent, now: Date): CouponEventType {
    const { id, title, description, totalCount, issuedCount } = event;
    const { startsAt, endsAt, maxPerUser, validDays, version, soldOutAt } = event;
    return Object.assign(new CouponEventType(), {
      ...{ id, title, description, totalCount, issuedCount },
      ...{ startsAt, endsAt, maxPerUser, validDays, version, soldOutAt },
      discount: { type: event.discountType, value: event.discountValue },
      minPurchaseAmount: MoneyType.won(event.minPurchaseAmount),
      status: event.status(now),
      soldOut: event.isSoldOut(),
      remainingCount: event.remainingCount(),
    });
  }
}

export const CouponEventConnectionType = connectionType('CouponEvent', () => CouponEventType);
