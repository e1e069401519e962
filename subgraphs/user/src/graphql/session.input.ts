import { Field, InputType } from 'type-graphql';

@InputType({ description: 'A new account.' })
export class SignUpInput {
  @Field(() => String, { description: 'Trimmed and put in lower case.' })
  email!: string;

  @Field(() => String, { description: '8 to 128 characters.' })
  password!: string;

  @Field(() => String, { description: '1 to 100 characters.' })
  name!: string;
}

@InputType({ description: 'What somebody proves with who they are.' })
export class SignInInput {
  @Field(() => String, { description: 'In any case.' })
  email!: string;

  @Field(() => String, { description: 'As given at sign-up.' })
  password!: string;
}

@InputType({ description: 'The session to go on with.' })
export class RefreshSessionInput {
  @Field(() => String, { description: 'The latest one of the session.' })
  refreshToken!: string;
}
