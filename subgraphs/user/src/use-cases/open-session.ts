import type { EntityManager } from '@mikro-orm/mysql';
import { newId } from '@shop/kernel';
import { newRefreshToken, type RefreshToken } from '../auth/refresh-token.ts';
import type { TokenOwner } from '../auth/session-cache.ts';
import type { UserContext } from '../context.ts';
import type { Session } from '../domain/session.ts';
import type { User } from '../domain/user.ts';

/** A refresh token that is in the database, and whose it is. */
export interface Grant {
  owner: TokenOwner;
  refreshToken: RefreshToken;
}

/** Begins a session, and with it a family of refresh tokens, in the caller's transaction. */
export async function openSession(em: EntityManager, userId: string, lifetimeDays: number): Promise<Grant> {
  const grant = { owner: { userId, family: newId() }, refreshToken: newRefreshToken() };
  await em.execute(
    `INSERT INTO sessions (id, user_id, created_at, expires_at)
     VALUES (?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? DAY)`,
    [grant.owner.family, userId, lifetimeDays],
  );
  await addRefreshToken(em, grant, lifetimeDays);
  return grant;
}

export async function addRefreshToken(
  em: EntityManager,
  { owner, refreshToken }: Grant,
  lifetimeDays: number,
): Promise<void> {
  await em.execute(
    `INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
     VALUES (?, ?, UTC_TIMESTAMP(3) + INTERVAL ? DAY)`,
    [refreshToken.hash, owner.family, lifetimeDays],
  );
}

/** Makes what the client gets, once the grant is committed. */
export async function sessionOf(ctx: UserContext, user: User, { owner, refreshToken }: Grant): Promise<Session> {
  const [{ token, expiresAt }] = await Promise.all([
    ctx.accessTokens.issue(user, owner.family),
    ctx.sessionCache.remember(refreshToken.hash, owner),
  ]);
  return { accessToken: token, refreshToken: refreshToken.token, expiresAt, user };
}
