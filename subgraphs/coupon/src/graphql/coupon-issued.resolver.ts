import { Directive, Resolver, Subscription } from 'type-graphql';
import { CouponIssuedType } from './coupon-issued.type.ts';

@Resolver()
export class CouponIssuedResolver {
  // The gateway serves it straight from the stream; nothing here is ever called.
  @Subscription(() => CouponIssuedType, {
    topics: 'coupon.issued',
    description: 'Coupons issued to the viewer, on every device.',
  })
  @Directive(`@eventStream(stream: "COUPON", subject: "coupon.issued.{viewer.id}",
    value: "{ coupon: { id: $couponId, code: $couponCode, event: { id: $eventId }, owner: { id: $userId } }, issuedAt: $issuedAt }")`)
  couponIssued(): CouponIssuedType {
    throw new Error('Subscriptions are served by the gateway.');
  }
}
