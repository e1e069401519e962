import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { UserContext } from '../context.ts';
import { type AccountDetails, acceptedDetails, emailTaken } from '../domain/account-details.ts';
import type { Session } from '../domain/session.ts';
import { User } from '../domain/user.ts';
import { openSession, sessionOf } from './open-session.ts';
import { registerUser } from './register-user.ts';

export async function signUp(ctx: UserContext, input: AccountDetails): Promise<Session> {
  const { email, password, name } = acceptedDetails(input);
  // Only saves the hashing: between two who want the same address the constraint decides.
  if ((await ctx.em.count(User, { email })) > 0) throw emailTaken();
  const passwordHash = await ctx.passwords.hash(password);
  const user = User.register({ email, name, role: 'USER', passwordHash }, ctx.clock.now());
  try {
    const grant = await ctx.em.transactional(async (em) => {
      await registerUser(em, user);
      return openSession(em, user.id, ctx.refreshTokenDays);
    });
    return await sessionOf(ctx, user, grant);
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) throw emailTaken();
    throw error;
  }
}
