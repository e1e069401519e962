import { createHash } from 'node:crypto';
import { RateLimited } from '@shop/kernel';
import type { UserContext } from '../context.ts';
import { isEmail, normaliseEmail } from '../domain/account-details.ts';
import { invalidCredentials, type Session } from '../domain/session.ts';
import { User } from '../domain/user.ts';
import { openSession, sessionOf } from './open-session.ts';

export async function signIn(ctx: UserContext, input: { email: string; password: string }): Promise<Session> {
  const email = normaliseEmail(input.email);
  const taken = await ctx.signInLimit.take(`signIn:${fingerprint(email)}`);
  if (!taken.allowed) throw new RateLimited(taken.retryAfterMs);

  const user = isEmail(email) ? await ctx.em.findOne(User, { email }) : null;
  const isRight = await ctx.passwords.verify(input.password, user?.passwordHash ?? null);
  if (user === null || !isRight) {
    ctx.log.info({ action: 'signIn', userId: user?.id, success: false }, 'A sign-in was refused.');
    throw invalidCredentials();
  }
  const grant = await ctx.em.transactional((em) => openSession(em, user.id, ctx.refreshTokenDays));
  return sessionOf(ctx, user, grant);
}

// Keys in Redis show up in its monitor and its dumps: no addresses there.
function fingerprint(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}
