import type { EntityManager } from '@mikro-orm/mysql';

/** Drops released holds after a day: by then no hold can be on its way any more. */
export async function forgetOldTombstones({ em }: { em: EntityManager }): Promise<void> {
  await em.execute(
    `DELETE FROM coupon_holds WHERE state = 'RELEASED' AND check_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT 1000`,
  );
}
