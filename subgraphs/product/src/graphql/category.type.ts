import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { Category } from '../domain/category.ts';

@ObjectType('Category', { description: 'A shelf of the shop.' })
@Directive('@key(fields: "id")')
export class CategoryType {
  @Field(() => ID, { description: 'UUIDv7.' })
  id!: string;

  @Field(() => String, { description: 'What it is called.' })
  name!: string;

  static from({ id, name }: Category): CategoryType {
    return Object.assign(new CategoryType(), { id, name });
  }
}
