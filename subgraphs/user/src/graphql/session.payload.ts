import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { SignUpErrorCode } from '../domain/account-details.ts';
import { SessionType } from './session.type.ts';

const SignUpErrorCodeEnum = {
  EMAIL_TAKEN: 'EMAIL_TAKEN',
  EMAIL_INVALID: 'EMAIL_INVALID',
  PASSWORD_TOO_WEAK: 'PASSWORD_TOO_WEAK',
  NAME_INVALID: 'NAME_INVALID',
} as const;
registerEnumType(SignUpErrorCodeEnum, { name: 'SignUpErrorCode', description: 'Why nobody was signed up.' });

const SignInErrorCodeEnum = { INVALID_CREDENTIALS: 'INVALID_CREDENTIALS' } as const;
registerEnumType(SignInErrorCodeEnum, { name: 'SignInErrorCode', description: 'Why nobody was signed in.' });

const RefreshSessionErrorCodeEnum = {
  REFRESH_TOKEN_INVALID: 'REFRESH_TOKEN_INVALID',
  REFRESH_TOKEN_REUSED: 'REFRESH_TOKEN_REUSED',
} as const;
registerEnumType(RefreshSessionErrorCodeEnum, {
  name: 'RefreshSessionErrorCode',
  description: 'Why the session does not go on.',
});

@ObjectType('SignUpError', { implements: UserErrorType, description: 'One thing wrong with a sign-up.' })
class SignUpErrorType extends UserErrorType {
  @Field(() => SignUpErrorCodeEnum, { description: 'Which it is.' })
  code!: SignUpErrorCode;
}

@ObjectType('SignInError', { implements: UserErrorType, description: 'Why a sign-in was refused.' })
class SignInErrorType extends UserErrorType {
  @Field(() => SignInErrorCodeEnum, { description: 'Which it is.' })
  code!: 'INVALID_CREDENTIALS';
}

@ObjectType('RefreshSessionError', { implements: UserErrorType, description: 'Why a refresh was refused.' })
class RefreshSessionErrorType extends UserErrorType {
  @Field(() => RefreshSessionErrorCodeEnum, { description: 'Which it is.' })
  code!: 'REFRESH_TOKEN_INVALID' | 'REFRESH_TOKEN_REUSED';
}

@ObjectType({ description: 'A session for the new user, or everything that was wrong.' })
export class SignUpPayload {
  @Field(() => SessionType, { nullable: true, description: 'The session of the new user.' })
  session: SessionType | null = null;

  @Field(() => [SignUpErrorType], { description: 'Empty when it worked.' })
  userErrors!: SignUpErrorType[];
}

@ObjectType({ description: 'A session, or why not.' })
export class SignInPayload {
  @Field(() => SessionType, { nullable: true, description: 'The new session.' })
  session: SessionType | null = null;

  @Field(() => [SignInErrorType], { description: 'Empty when it worked.' })
  userErrors!: SignInErrorType[];
}

@ObjectType({ description: 'The session with new tokens, or why not.' })
export class RefreshSessionPayload {
  @Field(() => SessionType, { nullable: true, description: 'The same session with new tokens.' })
  session: SessionType | null = null;

  @Field(() => [RefreshSessionErrorType], { description: 'Empty when it worked.' })
  userErrors!: RefreshSessionErrorType[];
}

@ObjectType({ description: 'What became of the session.' })
export class SignOutPayload {
  @Field(() => Boolean, { description: 'True when the session of the token is over, now or already before.' })
  signedOut!: boolean;

  static of(signedOut: boolean): SignOutPayload {
    return Object.assign(new SignOutPayload(), { signedOut });
  }
}
