import { newId } from '@shop/kernel';
import { newRefreshToken, type RefreshToken } from '../auth/refresh-token.ts';
import type { TokenOwner } from '../auth/session-cache.ts';
import type { UserContext } from '../context.ts';
import type { Session } from '../domain/session.ts';
import type { User } from '../domain/user.ts';

/** Begins a session, and with it a family of refresh tokens, for somebody who has just proven who they are. */
export async function openSession(ctx: UserContext, user: User): Promise<Session> {
  const owner = { userId: user.id, family: newId() };
  const refreshToken = newRefreshToken();
  await ctx.em.transactional(async (em) => {
    await em.execute(
      `INSERT INTO sessions (id, user_id, created_at, expires_at)
       VALUES (?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? DAY)`,
      [owner.family, owner.userId, ctx.refreshTokenDays],
    );
    await em.execute(
      `INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
       VALUES (?, ?, UTC_TIMESTAMP(3) + INTERVAL ? DAY)`,
      [refreshToken.hash, owner.family, ctx.refreshTokenDays],
    );
  });
  return grantSession(ctx, user, owner, refreshToken);
}

/** Makes the answer for a refresh token that is already in the database. */
export async function grantSession(
  ctx: UserContext,
  user: User,
  owner: TokenOwner,
  refreshToken: RefreshToken,
): Promise<Session> {
  const [{ token, expiresAt }] = await Promise.all([
    ctx.accessTokens.issue(user, owner.family),
    ctx.sessionCache.remember(refreshToken.hash, owner),
  ]);
  return { accessToken: token, refreshToken: refreshToken.token, expiresAt, user };
}
