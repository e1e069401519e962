import type { UserError } from '@shop/kernel';
import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { CouponEventInputErrorCode } from '../domain/coupon-event-plan.ts';
import { CouponEventType } from './coupon-event.type.ts';

const CouponEventInputErrorCodeEnum = {
  TITLE_INVALID: 'TITLE_INVALID',
  COUNT_INVALID: 'COUNT_INVALID',
  WINDOW_INVALID: 'WINDOW_INVALID',
  DISCOUNT_INVALID: 'DISCOUNT_INVALID',
  CODE_PREFIX_INVALID: 'CODE_PREFIX_INVALID',
  COUPON_EVENT_NOT_FOUND: 'COUPON_EVENT_NOT_FOUND',
  COUNT_BELOW_ISSUED: 'COUNT_BELOW_ISSUED',
} as const satisfies Record<CouponEventInputErrorCode, CouponEventInputErrorCode>;
registerEnumType(CouponEventInputErrorCodeEnum, {
  name: 'CouponEventInputErrorCode',
  description: 'What is wrong with an event that an ADMIN wants.',
});

@ObjectType('CouponEventInputError', { implements: UserErrorType, description: 'What is wrong with the input.' })
class CouponEventInputErrorType extends UserErrorType {
  @Field(() => CouponEventInputErrorCodeEnum, { description: 'Which rule is broken.' })
  code!: CouponEventInputErrorCode;
}

@ObjectType('CreateCouponEventPayload', { description: 'The new event, or what is wrong with the input.' })
export class CreateCouponEventPayload {
  @Field(() => CouponEventType, { nullable: true, description: 'The new event.' })
  couponEvent!: CouponEventType | null;

  @Field(() => [CouponEventInputErrorType], { description: 'Every problem at once.' })
  userErrors!: UserError[];
}

@ObjectType('UpdateCouponEventPayload', { description: 'The event as it is now, or what is wrong with the input.' })
export class UpdateCouponEventPayload {
  @Field(() => CouponEventType, { nullable: true, description: 'The event after the edit.' })
  couponEvent!: CouponEventType | null;

  @Field(() => [CouponEventInputErrorType], { description: 'Every problem at once.' })
  userErrors!: UserError[];
}
