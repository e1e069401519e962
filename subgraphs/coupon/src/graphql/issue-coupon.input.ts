import { Field, ID, InputType } from 'type-graphql';

@InputType('IssueCouponInput', {
  description:
    'requestId (per user) makes a retry safe: the same id answers with the same coupon, sold out or not; for another event, should that have a coupon to give, it is IDEMPOTENCY_KEY_REUSED. A refused request leaves its id free.',
})
export class IssueCouponInput {
  @Field(() => ID, { description: 'The event to take a coupon of.' })
  couponEventId!: string;

  @Field(() => String, { nullable: true, description: 'May instead be sent as the HTTP header Idempotency-Key.' })
  requestId?: string | null;
}
