import { violations } from '../e2e/crashes/invariants.ts';
import type { AdminSql } from './admin-sql.ts';
import { STOCK } from './scenarios.ts';

const NOT_SOLD = `
  SELECT stock.product_id, stock.on_hand, sold.quantity FROM shop_product.stock LEFT JOIN
         (SELECT product_id, SUM(quantity) AS quantity FROM shop_order.order_lines GROUP BY product_id) AS sold
           USING (product_id)
   WHERE stock.on_hand + COALESCE(sold.quantity, 0) <> ?`;

/** Throws when stock, points, coupons or events are not what the orders say, or anything is still held. */
export async function mustBeConsistent(admin: AdminSql): Promise<void> {
  const checks = { ...violations, 'stock is what was there less what was sold': NOT_SOLD };
  for (const [invariant, sql] of Object.entries(checks)) {
    const offending = await admin.rows(sql, sql === NOT_SOLD ? [STOCK] : []);
    if (offending.length > 0) throw new Error(`Broken after the load: ${invariant}: ${JSON.stringify(offending[0])}`);
  }
  const others = await admin.rows("SELECT id, status FROM shop_order.orders WHERE status <> 'COMPLETED'");
  if (others.length > 0) throw new Error(`${others.length} orders are not COMPLETED.`);
}
