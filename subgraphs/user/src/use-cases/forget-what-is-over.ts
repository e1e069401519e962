import type { EntityManager } from '@mikro-orm/mysql';
import { forgetOldKeys } from '@shop/subgraph-kit';

const CHUNK = 1_000;

/** Deletes sessions that ended by themselves and keys that were used, a week ago. */
export async function forgetWhatIsOver(fork: () => EntityManager): Promise<void> {
  let deleted: number;
  do {
    const { affectedRows } = await fork().execute<{ affectedRows: number }>(
      `DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY LIMIT ${CHUNK}`,
      [],
      'run',
    );
    deleted = affectedRows;
  } while (deleted === CHUNK);
  await forgetOldKeys(fork());
}
