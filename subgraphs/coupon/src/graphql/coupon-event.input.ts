import { DateTimeScalar, SafeIntScalar } from '@shop/subgraph-kit';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { DiscountType } from '../domain/discount.ts';
import { DiscountTypeEnum } from './coupon-event.type.ts';

@InputType('CreateCouponEventInput', { description: 'A new event.' })
export class CreateCouponEventInput {
  @Field(() => String, { description: '1 to 255 characters.' })
  title!: string;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters.' })
  description?: string | null;

  @Field(() => String, { description: 'What its codes begin with: 1 to 20 capital letters and digits.' })
  codePrefix!: string;

  @Field(() => Int, { description: '1 to 10,000,000.' })
  totalCount!: number;

  @Field(() => DateTimeScalar, { description: 'May lie in the past.' })
  startsAt!: Date;

  @Field(() => DateTimeScalar, { description: 'After startsAt.' })
  endsAt!: Date;

  @Field(() => Int, { nullable: true, defaultValue: 1, description: '1 to 1,000.' })
  maxPerUser?: number | null;

  @Field(() => DiscountTypeEnum, { description: 'How the discount is reckoned.' })
  discountType!: DiscountType;

  @Field(() => Int, { description: 'Percent (1-100) or amount in minor units (1-1,000,000,000).' })
  discountValue!: number;

  @Field(() => SafeIntScalar, { nullable: true, defaultValue: 0, description: 'In minor units.' })
  minPurchaseAmount?: number | null;

  @Field(() => Int, { nullable: true, defaultValue: 30, description: '1 to 3,650.' })
  validDays?: number | null;
}

@InputType('UpdateCouponEventInput', {
  description:
    'With expectedVersion, an edit of another version is refused with CONFLICT. totalCount may not drop below what is issued.',
})
export class UpdateCouponEventInput {
  @Field(() => ID, { description: 'The event to edit.' })
  id!: string;

  @Field(() => Int, { nullable: true, description: 'The version the edit was made from.' })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: '1 to 255 characters.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters; null takes it away.' })
  description?: string | null;

  @Field(() => Int, { nullable: true, description: 'More of a sold-out event is a restock.' })
  totalCount?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'After startsAt.' })
  endsAt?: Date | null;

  @Field(() => Boolean, { nullable: true, description: 'true ends it now, for good; what is issued stays valid.' })
  ended?: boolean | null;
}
