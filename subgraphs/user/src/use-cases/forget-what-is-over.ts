import type { EntityManager } from '@mikro-orm/mysql';
import { forgetOldKeys } from '@shop/subgraph-kit';

const CHUNK = 1_000;

/**
 * Deletes sessions that ended by themselves and keys that were used a week ago, and transfers voided a day ago: by then no
 * late hold can follow its release any more. What was posted stays for ever; a free order stays, to be confirmed late.
 */
export async function forgetWhatIsOver(fork: () => EntityManager): Promise<void> {
  await inChunks(fork, 'DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY LIMIT ?');
  await forgetOldKeys(fork());
  for (const reason of ['RELEASED', 'REFUSED']) {
    await inChunks(
      fork,
      `DELETE FROM point_transfers WHERE voided_because = '${reason}' AND settled_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT ?`,
    );
  }
}

async function inChunks(fork: () => EntityManager, statement: string): Promise<void> {
  let deleted: number;
  do {
    deleted = (await fork().execute<{ affectedRows: number }>(statement, [CHUNK], 'run')).affectedRows;
  } while (deleted === CHUNK);
}
