import { SafeIntScalar } from '@shop/subgraph-kit';
import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({ description: 'A new product and how many of it there are.' })
export class CreateProductInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters.' })
  description?: string | null;

  @Field(() => ID, { nullable: true, description: 'The shelf it goes on.' })
  categoryId?: string | null;

  @Field(() => SafeIntScalar, { description: 'In won, 1 to 1,000,000,000.' })
  price!: number;

  @Field(() => Int, { description: 'What lies on the shelf at first, 0 to 1,000,000,000.' })
  stock!: number;
}

@InputType({ description: 'An edit. What is absent stays; null clears the description or the category.' })
export class UpdateProductInput {
  @Field(() => ID, { description: 'The product to edit.' })
  id!: string;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters.' })
  description?: string | null;

  @Field(() => ID, { nullable: true, description: 'The shelf it goes on.' })
  categoryId?: string | null;

  @Field(() => SafeIntScalar, { nullable: true, description: 'In won, 1 to 1,000,000,000.' })
  price?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'True takes it out of the shop, false brings it back.' })
  discontinued?: boolean | null;
}

@InputType({
  description:
    '`delta` units are added to what is on hand; `expectedOnHand`, when given, must still be true (compare and set).',
})
export class AdjustStockInput {
  @Field(() => ID, { description: 'Whose stock.' })
  productId!: string;

  @Field(() => Int, { description: 'Units that came, or, when negative, are gone.' })
  delta!: number;

  @Field(() => Int, { nullable: true, description: 'What is on hand as far as you know.' })
  expectedOnHand?: number | null;

  @Field(() => String, { description: 'The same key with the same input adjusts once, however often it is sent.' })
  idempotencyKey!: string;
}
