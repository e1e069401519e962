import type { EntityManager } from '@mikro-orm/mysql';
import type { TokenOwner } from '../auth/session-cache.ts';

/** Ends a session of this user: none of its refresh tokens works any more. Access tokens last out their hour. */
export async function endSession(
  em: EntityManager,
  { userId, family, because }: TokenOwner & { because: 'SIGNED_OUT' | 'TOKEN_REUSED' },
): Promise<void> {
  await em.execute(
    `UPDATE sessions SET ended_at = UTC_TIMESTAMP(3), ended_because = ?
      WHERE id = ? AND user_id = ? AND ended_at IS NULL`,
    [because, family, userId],
  );
}
