import { Directive, Field, ID, ObjectType } from 'type-graphql';

// What other subgraphs own and describe: here only who or what it is.

@ObjectType('User')
@Directive('@key(fields: "id")')
export class UserType {
  @Field(() => ID)
  id!: string;

  static of(id: string): UserType {
    return Object.assign(new UserType(), { id });
  }
}

@ObjectType('Product')
@Directive('@key(fields: "id", resolvable: false)')
export class ProductType {
  @Field(() => ID)
  id!: string;

  static of(id: string): ProductType {
    return Object.assign(new ProductType(), { id });
  }
}

@ObjectType('Coupon')
@Directive('@key(fields: "id", resolvable: false)')
export class CouponType {
  @Field(() => ID)
  id!: string;

  static of(id: string): CouponType {
    return Object.assign(new CouponType(), { id });
  }
}
