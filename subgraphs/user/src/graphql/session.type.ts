import { DateTimeScalar } from '@shop/subgraph-kit';
import { Field, ObjectType } from 'type-graphql';
import type { Session } from '../domain/session.ts';
import { UserType } from './user.type.ts';

@ObjectType('Session', {
  description:
    'The access token is a JWT {sub, userId, role, scope, sid, iat, exp}; the refresh token is opaque and single-use. signOut ends the session sid.',
})
export class SessionType {
  @Field(() => String, { description: 'Goes into the header `Authorization: Bearer …`.' })
  accessToken!: string;

  @Field(() => String, {
    description: 'Buys the next session once. Used a second time, it ends the whole session, whoever used it.',
  })
  refreshToken!: string;

  @Field(() => DateTimeScalar, { description: 'When the access token expires.' })
  expiresAt!: Date;

  @Field(() => UserType, { description: 'Who is signed in.' })
  user!: UserType;

  static from({ user, ...tokens }: Session): SessionType {
    return Object.assign(new SessionType(), { ...tokens, user: UserType.from(user) });
  }
}
