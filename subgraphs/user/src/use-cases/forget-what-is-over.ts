import type { EntityManager } from '@mikro-orm/mysql';
import { forgetOldKeys } from '@shop/subgraph-kit';

const CHUNK = 1_000;

/**
 * Deletes sessions that ended by themselves and keys that were used a week ago, and holds that came to nothing a day ago: by then no late
 * hold can follow its release any more. What was spent stays, because it can be refunded.
 */
export async function forgetWhatIsOver(fork: () => EntityManager): Promise<void> {
  await inChunks(fork, 'DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY LIMIT ?');
  await forgetOldKeys(fork());
  for (const status of ['RELEASED', 'REFUSED']) {
    await inChunks(
      fork,
      `DELETE FROM point_holds WHERE status = '${status}' AND changed_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT ?`,
    );
  }
}

async function inChunks(fork: () => EntityManager, statement: string): Promise<void> {
  let deleted: number;
  do {
    deleted = (await fork().execute<{ affectedRows: number }>(statement, [CHUNK], 'run')).affectedRows;
  } while (deleted === CHUNK);
}
