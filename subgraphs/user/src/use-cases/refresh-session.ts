import type { EntityManager } from '@mikro-orm/mysql';
import { transactional } from '@shop/subgraph-kit';
import { newRefreshToken, type RefreshToken, refreshTokenHash } from '../auth/refresh-token.ts';
import type { TokenOwner } from '../auth/session-cache.ts';
import type { UserContext } from '../context.ts';
import { refreshTokenInvalid, refreshTokenReused, type Session } from '../domain/session.ts';
import { User } from '../domain/user.ts';
import { endSession } from './end-session.ts';
import { grantSession } from './open-session.ts';

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

  const next = newRefreshToken();
  const outcome = await transactional(ctx.em, (em) => rotate(em, { owner, hash, next, days: ctx.refreshTokenDays }));
  await ctx.sessionCache.forget(hash);
  if (outcome === 'REUSED') {
    ctx.log.warn({ action: 'refreshSession', ...owner, success: false }, 'A refresh token was reused.');
    throw refreshTokenReused();
  }
  if (outcome === 'OVER') throw refreshTokenInvalid();
  return grantSession(ctx, await ctx.em.findOneOrFail(User, { id: owner.userId }), owner, next);
}

interface Exchange {
  owner: TokenOwner;
  hash: string;
  next: RefreshToken;
  days: number;
}

async function rotate(
  em: EntityManager,
  { owner, hash, next, days }: Exchange,
): Promise<'ROTATED' | 'REUSED' | 'OVER'> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE refresh_tokens t JOIN sessions s ON s.id = t.session_id
        SET t.used_at = UTC_TIMESTAMP(3), s.expires_at = UTC_TIMESTAMP(3) + INTERVAL ? DAY
      WHERE t.token_hash = ? AND s.id = ? AND s.user_id = ?
        AND t.used_at IS NULL AND t.expires_at > UTC_TIMESTAMP(3) AND s.ended_at IS NULL`,
    [days, hash, owner.family, owner.userId],
    'run',
  );
  if (affectedRows > 0) {
    await em.execute(
      `INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
       VALUES (?, ?, UTC_TIMESTAMP(3) + INTERVAL ? DAY)`,
      [next.hash, owner.family, days],
    );
    return 'ROTATED';
  }
  if (!(await wasUsed(em, hash))) return 'OVER';
  await endSession(em, { ...owner, because: 'TOKEN_REUSED' });
  return 'REUSED';
}

async function ownerOf(em: EntityManager, hash: string): Promise<TokenOwner | null> {
  const [owner] = await em.execute<TokenOwner[]>(
    `SELECT s.user_id AS userId, s.id AS family
       FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.token_hash = ?`,
    [hash],
  );
  return owner ?? null;
}

async function wasUsed(em: EntityManager, hash: string): Promise<boolean> {
  const used = await em.execute('SELECT 1 FROM refresh_tokens WHERE token_hash = ? AND used_at IS NOT NULL', [hash]);
  return used.length > 0;
}
