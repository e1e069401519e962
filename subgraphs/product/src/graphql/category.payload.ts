import { Field, ObjectType } from 'type-graphql';
import { CategoryType } from './category.type.ts';
import { ProductInputError } from './product.payload.ts';

@ObjectType({ description: 'The new category, or what is wrong with it.' })
export class CreateCategoryPayload {
  @Field(() => CategoryType, { nullable: true, description: 'The new category.' })
  category?: CategoryType;

  @Field(() => [ProductInputError], { description: 'Empty when it was created.' })
  userErrors!: ProductInputError[];
}
