import { DateTimeScalar } from '@shop/subgraph-kit';
import { Field, ObjectType } from 'type-graphql';
import { CouponType } from './coupon.type.ts';

@ObjectType('CouponIssued', { description: 'A coupon has been issued to the viewer.' })
export class CouponIssuedType {
  @Field(() => CouponType, { description: 'The new coupon.' })
  coupon!: CouponType;

  @Field(() => DateTimeScalar, { description: 'When it was issued.' })
  issuedAt!: Date;
}
