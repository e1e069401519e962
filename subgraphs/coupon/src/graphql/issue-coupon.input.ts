import { Field, ID, InputType } from 'type-graphql';

@InputType('IssueCouponInput', {
  description:
    'requestId (per user) makes a retry safe: the same id answers with the same coupon, sold out or not; for another event it is IDEMPOTENCY_KEY_REUSED.',
})
export class IssueCouponInput {
  @Field(() => ID, { description: 'The event to take a coupon of.' })
  couponEventId!: string;

  @Field(() => String, { nullable: true, description: 'May instead be sent as the HTTP header Idempotency-Key.' })
  requestId?: string | null;
}
