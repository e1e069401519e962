import { Field, InputType } from 'type-graphql';

@InputType({ description: 'A new shelf.' })
export class CreateCategoryInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  name!: string;
}
