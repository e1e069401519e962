import type { EntityManager } from '@mikro-orm/mysql';

const AT_A_TIME = 500;

/**
 * Deletes transfers voided a day ago: by then no late hold can follow its release any more. What was posted stays for
 * ever; a free order stays, to be confirmed late.
 */
export async function forgetOldTombstones({ em }: { em: EntityManager }): Promise<void> {
  for (const reason of ['RELEASED', 'REFUSED']) {
    await em.execute(
      `DELETE FROM point_transfers
        WHERE voided_because = ? AND settled_at < UTC_TIMESTAMP(3) - INTERVAL 24 HOUR ORDER BY settled_at LIMIT ${AT_A_TIME}`,
      [reason],
    );
  }
}
