import { eventually } from '@shop/testkit';
import type { AdminSql } from '../admin-sql.ts';

/** Each finds what must never be there, in the database of one way of issuing. */
const violations = (database: string): Record<string, string> => ({
  'rows = counter ≤ total': `
    SELECT event.id, event.issued_count, event.total_count, COUNT(coupon.id) AS coupons
      FROM ${database}.coupon_events AS event LEFT JOIN ${database}.coupons AS coupon ON coupon.event_id = event.id
     GROUP BY event.id HAVING coupons <> event.issued_count OR coupons > event.total_count`,
  'nobody has more than the maximum': `
    SELECT coupon.event_id, coupon.user_id, COUNT(*) AS coupons
      FROM ${database}.coupons AS coupon JOIN ${database}.coupon_events AS event ON event.id = coupon.event_id
     GROUP BY coupon.event_id, coupon.user_id, event.max_per_user HAVING coupons > event.max_per_user`,
  'codes are unique': `SELECT code FROM ${database}.coupons GROUP BY code HAVING COUNT(*) > 1`,
  'places in the order of service are unique': `
    SELECT event_id, sequence FROM ${database}.coupons WHERE sequence IS NOT NULL
     GROUP BY event_id, sequence HAVING COUNT(*) > 1`,
});

const NOT_TOLD_ONCE = `
  SELECT event.id, event.issued_count, event.total_count, COUNT(told.event_id) AS times
    FROM shop_coupon.coupon_events AS event LEFT JOIN
         (SELECT event_id, aggregate_id FROM shop_coupon.outbox_pending WHERE type = 'coupon.soldout' UNION
          SELECT event_id, aggregate_id FROM shop_coupon.outbox_archive WHERE type = 'coupon.soldout') AS told
           ON told.aggregate_id = event.id
   GROUP BY event.id HAVING times <> (event.issued_count = event.total_count)`;

/** Throws when coupons of either way of issuing are more than were to be had, or a sell-out was not told exactly once. */
export async function mustNotHaveOverIssued(admin: AdminSql, databases: readonly string[]): Promise<void> {
  const checks = databases.flatMap((database) => Object.entries(violations(database)));
  for (const [invariant, sql] of [...checks, ['every sell-out is told once', NOT_TOLD_ONCE] as const]) {
    const [broken] = await admin.rows(sql);
    if (broken !== undefined) throw new Error(`Broken after the load: ${invariant}: ${JSON.stringify(broken)}`);
  }
}

/** Throws unless an event has so many coupons: as many as clients were told they got. */
export async function mustHaveIssued(
  admin: AdminSql,
  { database, eventId, coupons }: { database: string; eventId: string; coupons: number },
): Promise<void> {
  const [row] = await admin.rows<{ coupons: number }>(
    `SELECT COUNT(*) AS coupons FROM ${database}.coupons WHERE event_id = ?`,
    [eventId],
  );
  if (row?.coupons !== coupons) throw new Error(`${coupons} coupons were answered, the table has ${row?.coupons}.`);
}

/** Waits until what was issued is known to the data platform. */
export async function everythingTold(admin: AdminSql, databases: readonly string[]): Promise<void> {
  const issued = databases.map((database) => `(SELECT COUNT(*) FROM ${database}.coupons)`).join(' + ');
  await eventually(
    async () => {
      const [left] = await admin.rows<{ events: number }>(
        `SELECT ${issued} - (SELECT COUNT(*) FROM shop_data_platform.inbox) AS events`,
      );
      if (Number(left?.events) > 0) throw new Error(`${left?.events} coupons are not told yet.`);
    },
    { timeoutMs: 120_000, everyMs: 250 },
  );
}
