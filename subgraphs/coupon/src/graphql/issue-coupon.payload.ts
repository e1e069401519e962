import type { UserError } from '@shop/kernel';
import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { IssueCouponErrorCode } from '../domain/issue.errors.ts';
import { CouponType } from './coupon.type.ts';

const IssueCouponErrorCodeEnum = {
  COUPON_EVENT_NOT_FOUND: 'COUPON_EVENT_NOT_FOUND',
  NOT_STARTED: 'NOT_STARTED',
  ENDED: 'ENDED',
  SOLD_OUT: 'SOLD_OUT',
  PER_USER_LIMIT_REACHED: 'PER_USER_LIMIT_REACHED',
} as const satisfies Record<IssueCouponErrorCode, IssueCouponErrorCode>;
registerEnumType(IssueCouponErrorCodeEnum, {
  name: 'IssueCouponErrorCode',
  description: 'Why no coupon was issued.',
});

@ObjectType('IssueCouponError', { implements: UserErrorType, description: 'Why no coupon was issued.' })
class IssueCouponErrorType extends UserErrorType {
  @Field(() => IssueCouponErrorCodeEnum, { description: 'What happened.' })
  code!: IssueCouponErrorCode;
}

@ObjectType('IssueCouponPayload', { description: 'The coupon and its event, or why there is none.' })
export class IssueCouponPayload {
  @Field(() => CouponType, { nullable: true, description: 'The coupon the viewer has now.' })
  coupon!: CouponType | null;

  @Field(() => [IssueCouponErrorType], { description: 'Empty when there is a coupon.' })
  userErrors!: UserError[];
}
