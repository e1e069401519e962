import { payloadOf } from '@shop/subgraph-kit';
import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { UserContext } from '../context.ts';
import { refreshSession } from '../use-cases/refresh-session.ts';
import { signIn } from '../use-cases/sign-in.ts';
import { signOut } from '../use-cases/sign-out.ts';
import { signUp } from '../use-cases/sign-up.ts';
import { RefreshSessionInput, SignInInput, SignUpInput } from './session.input.ts';
import { RefreshSessionPayload, SignInPayload, SignOutPayload, SignUpPayload } from './session.payload.ts';
import { SessionType } from './session.type.ts';

@Resolver()
export class SessionResolver {
  @Mutation(() => SignUpPayload, { description: 'Makes an account and signs in. Every problem is reported at once.' })
  signUp(@Arg('input', () => SignUpInput) input: SignUpInput, @Ctx() ctx: UserContext) {
    return payloadOf(SignUpPayload, async () => ({ session: SessionType.from(await signUp(ctx, input)) }));
  }

  @Mutation(() => SignInPayload, { description: 'Begins a session.' })
  signIn(@Arg('input', () => SignInInput) input: SignInInput, @Ctx() ctx: UserContext) {
    return payloadOf(SignInPayload, async () => ({ session: SessionType.from(await signIn(ctx, input)) }));
  }

  @Mutation(() => RefreshSessionPayload, {
    description: 'Exchanges a refresh token for new tokens. A token used before ends its whole session.',
  })
  refreshSession(@Arg('input', () => RefreshSessionInput) input: RefreshSessionInput, @Ctx() ctx: UserContext) {
    return payloadOf(RefreshSessionPayload, async () => ({
      session: SessionType.from(await refreshSession(ctx, input)),
    }));
  }

  @Directive('@authenticated')
  @Mutation(() => SignOutPayload, {
    description: 'Ends the session of the token: it cannot be refreshed any more. The access token lasts out its hour.',
  })
  async signOut(@Ctx() ctx: UserContext) {
    return SignOutPayload.of(await signOut(ctx));
  }
}
