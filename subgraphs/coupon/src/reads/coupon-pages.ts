import type { EntityManager } from '@mikro-orm/mysql';
import { Coupon, type CouponStatus } from '../domain/coupon.ts';

/** A page of one user's coupons, the newest first. */
export interface CouponPageQuery {
  userId: string;
  status: CouponStatus | null;
  /** The id of the coupon the page comes after. */
  after: string | null;
  limit: number;
}

export interface CouponPage {
  key: string;
  coupons: Coupon[];
}

const STATUS: Record<CouponStatus, string> = {
  ACTIVE: `status = 'ACTIVE' AND expires_at > UTC_TIMESTAMP(3)`,
  EXPIRED: `(status = 'EXPIRED' OR (status = 'ACTIVE' AND expires_at <= UTC_TIMESTAMP(3)))`,
  HELD: `status = 'HELD'`,
  USED: `status = 'USED'`,
};

/** Reads many pages, each given as the JSON of its query, in one statement. */
export async function loadCouponPages(em: EntityManager, keys: readonly string[]): Promise<CouponPage[]> {
  const pages = keys.map((key) => selectPage(JSON.parse(key) as CouponPageQuery));
  const rows = await em.execute<{ page: number }[]>(
    pages.map(({ sql }, page) => `(SELECT ${page} AS page, coupons.* FROM coupons ${sql})`).join(' UNION ALL '),
    pages.flatMap(({ values }) => values),
  );
  const coupons = keys.map((): Coupon[] => []);
  for (const { page, ...row } of rows) coupons[page]?.push(em.map(Coupon, row));
  // The order of a page is lost in the union.
  return keys.map((key, page) => ({ key, coupons: (coupons[page] ?? []).sort((a, b) => (a.id < b.id ? 1 : -1)) }));
}

function selectPage({ userId, status, after, limit }: CouponPageQuery): { sql: string; values: (string | number)[] } {
  const conditions = [
    'user_id = ?',
    ...(after === null ? [] : ['id < ?']),
    ...(status === null ? [] : [STATUS[status]]),
  ];
  return {
    sql: `WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`,
    values: [userId, ...(after === null ? [] : [after]), limit],
  };
}
