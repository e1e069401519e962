import { Directive, Field, ID, ObjectType } from 'type-graphql';

// The coupon subgraph's entity: here only which one it is.
@ObjectType('Coupon')
@Directive('@key(fields: "id", resolvable: false)')
export class CouponType {
  @Field(() => ID)
  id!: string;

  static of(id: string): CouponType {
    return Object.assign(new CouponType(), { id });
  }
}
