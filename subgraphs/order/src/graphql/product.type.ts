import { Directive, Field, ID, ObjectType } from 'type-graphql';

// The product subgraph's entity: here only which one it is.
@ObjectType('Product')
@Directive('@key(fields: "id", resolvable: false)')
export class ProductType {
  @Field(() => ID)
  id!: string;

  static of(id: string): ProductType {
    return Object.assign(new ProductType(), { id });
  }
}
