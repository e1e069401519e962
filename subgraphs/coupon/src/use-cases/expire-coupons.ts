import type { EntityManager } from '@mikro-orm/mysql';

const AT_A_TIME = 1_000;

/**
 * Writes down that coupons have expired, for whoever reads the table; every reader here knows it by the time alone. Goes
 * through the table along its primary key, some rows a round, so that issuing need not keep another index. Held coupons
 * stay held. Returns the id to go on after, which is empty at the end of the table.
 */
export async function expireCoupons(
  { em }: { em: EntityManager },
  after: string,
  atATime = AT_A_TIME,
): Promise<string> {
  const [last] = await em.execute<{ id: string }[]>(
    `SELECT id FROM coupons WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${atATime - 1}`,
    [after],
  );
  await em.execute(
    `UPDATE coupons SET status = 'EXPIRED'
     WHERE id > ? ${last ? 'AND id <= ?' : ''} AND status = 'ACTIVE' AND expires_at <= UTC_TIMESTAMP(3)`,
    [after, ...(last ? [last.id] : [])],
  );
  return last?.id ?? '';
}
