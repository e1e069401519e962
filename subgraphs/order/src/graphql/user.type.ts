import { Directive, Field, ID, ObjectType } from 'type-graphql';

// The user subgraph's entity, to which this one adds orders.
@ObjectType('User')
@Directive('@key(fields: "id")')
export class UserType {
  @Field(() => ID)
  id!: string;

  static of(id: string): UserType {
    return Object.assign(new UserType(), { id });
  }
}
