import type { EntityManager } from '@mikro-orm/mysql';

const AT_A_TIME = 500;

/** Deletes what was released a day ago: by then no hold is on its way any more that would have to be refused. */
export async function forgetOldTombstones({ em }: { em: EntityManager }): Promise<void> {
  await em.execute(
    `DELETE FROM stock_holds
      WHERE status = 'RELEASED' AND settled_at < UTC_TIMESTAMP(3) - INTERVAL 24 HOUR ORDER BY settled_at LIMIT ${AT_A_TIME}`,
  );
}
