import type { EntityManager } from '@mikro-orm/mysql';
import { transactional } from '@shop/subgraph-kit';
import { newRefreshToken, refreshTokenHash } from '../auth/refresh-token.ts';
import type { TokenOwner } from '../auth/session-cache.ts';
import type { UserContext } from '../context.ts';
import { refreshTokenInvalid, refreshTokenReused, type Session } from '../domain/session.ts';
import { User } from '../domain/user.ts';
import { endSession } from './end-session.ts';
import { addRefreshToken, type Grant, sessionOf } from './open-session.ts';

/**
 * Exchanges a refresh token for the next one of its family. A token that was used before ends the family, also when
 * two requests bring the same one at once: one of them rotates it, the other proves that it is in two hands, and
 * nobody can tell which of them is the thief's (RFC 9700, section 4.14.2). The session of both is over then.
 */
export async function refreshSession(ctx: UserContext, input: { refreshToken: string }): Promise<Session> {
  const hash = refreshTokenHash(input.refreshToken);
  if (hash === null) throw refreshTokenInvalid();
  const owner = (await ctx.sessionCache.recall(hash)) ?? (await ownerOf(ctx.em, hash));
  if (owner === null) throw refreshTokenInvalid();

  const next: Grant = { owner, refreshToken: newRefreshToken() };
  const outcome = await transactional(ctx.em, (em) => rotate(em, { hash, next, days: ctx.refreshTokenDays }));
  await ctx.sessionCache.forget(hash);
  if (outcome === 'REUSED') {
    ctx.log.warn({ action: 'refreshSession', ...owner, success: false }, 'A refresh token was reused.');
    throw refreshTokenReused();
  }
  if (outcome === 'OVER') throw refreshTokenInvalid();
  return sessionOf(ctx, await ctx.em.findOneOrFail(User, { id: owner.userId }), next);
}

interface Exchange {
  hash: string;
  next: Grant;
  days: number;
}

async function rotate(em: EntityManager, { hash, next, days }: Exchange): Promise<'ROTATED' | 'REUSED' | 'OVER'> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE refresh_tokens t JOIN sessions s ON s.id = t.session_id
        SET t.used_at = UTC_TIMESTAMP(3), s.expires_at = UTC_TIMESTAMP(3) + INTERVAL ? DAY
      WHERE t.token_hash = ? AND s.id = ? AND s.user_id = ?
        AND t.used_at IS NULL AND t.expires_at > UTC_TIMESTAMP(3) AND s.ended_at IS NULL`,
    [days, hash, next.owner.family, next.owner.userId],
    'run',
  );
  if (affectedRows > 0) {
    await addRefreshToken(em, next, days);
    return 'ROTATED';
  }
  const owner = await ownerOf(em, hash, { used: true });
  if (owner === null) return 'OVER';
  await endSession(em, { ...owner, because: 'TOKEN_REUSED' });
  return 'REUSED';
}

async function ownerOf(em: EntityManager, hash: string, { used = false } = {}): Promise<TokenOwner | null> {
  const [owner] = await em.execute<TokenOwner[]>(
    `SELECT s.user_id AS userId, s.id AS family
       FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
      WHERE t.token_hash = ? ${used ? 'AND t.used_at IS NOT NULL' : ''}`,
    [hash],
  );
  return owner ?? null;
}
