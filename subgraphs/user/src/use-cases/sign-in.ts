import { createHash } from 'node:crypto';
import { RateLimited } from '@shop/kernel';
import type { UserContext } from '../context.ts';
import { normaliseEmail } from '../domain/account-details.ts';
import { invalidCredentials, type Session } from '../domain/session.ts';
import { User } from '../domain/user.ts';
import { openSession } from './open-session.ts';

export async function signIn(ctx: UserContext, input: { email: string; password: string }): Promise<Session> {
  const email = normaliseEmail(input.email);
  const taken = await ctx.signInLimit.take(`signIn:${fingerprint(email)}`);
  if (!taken.allowed) throw new RateLimited(taken.retryAfterMs);

  const user = await ctx.em.findOne(User, { email });
  const isRight = await ctx.passwords.verify(input.password, user?.passwordHash ?? null);
  if (user === null || !isRight) {
    ctx.log.info({ action: 'signIn', userId: user?.id, success: false }, 'A sign-in was refused.');
    throw invalidCredentials();
  }
  return openSession(ctx, user);
}

// Keys in Redis show up in its monitor and its dumps: no addresses there.
function fingerprint(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}
