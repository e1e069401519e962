import type { Role } from '@shop/kernel';
import { DateTimeScalar } from '@shop/subgraph-kit';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { User } from '../domain/user.ts';

const RoleEnum = { USER: 'USER', ADMIN: 'ADMIN' } as const;
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What somebody may do.',
  valuesConfig: {
    USER: { description: 'Shops.' },
    ADMIN: { description: 'Runs the shop: catalogue, stock and coupon events.' },
  },
});

@ObjectType('User', { description: 'Somebody with an account. Only they themselves and an ADMIN can see it.' })
@Directive('@key(fields: "id")')
export class UserType {
  @Field(() => ID, { description: 'UUIDv7.' })
  id!: string;

  @Field(() => String, { description: 'Trimmed and in lower case; what they sign in with.' })
  email!: string;

  @Field(() => String, { description: 'What they want to be called.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'What they may do.' })
  role!: Role;

  @Field(() => DateTimeScalar, { description: 'When they signed up.' })
  createdAt!: Date;

  static from({ id, email, name, role, createdAt }: User): UserType {
    return Object.assign(new UserType(), { id, email, name, role, createdAt });
  }
}
