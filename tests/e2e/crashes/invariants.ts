import { FIRST_CHARGE } from './load.ts';

/** Statements that find what must never be there, once everything is quiet. */
export const violations: Readonly<Record<string, string>> = {
  'stock within bounds': 'SELECT * FROM shop_product.stock WHERE held < 0 OR held > on_hand',
  'nothing is held any more': `
    SELECT product_id AS id, held FROM shop_product.stock WHERE held <> 0
    UNION ALL SELECT order_id, 'stock' FROM shop_product.stock_holds WHERE status = 'HELD'
    UNION ALL SELECT user_id, pending FROM shop_user.point_accounts WHERE pending <> 0
    UNION ALL SELECT order_id, 'points' FROM shop_user.point_transfers WHERE state = 'PENDING'
    UNION ALL SELECT id, 'coupon' FROM shop_coupon.coupons WHERE status = 'HELD'
    UNION ALL SELECT order_id, 'coupon' FROM shop_coupon.coupon_holds WHERE state = 'HELD'`,
  'balance is the sum of the ledger': `
    SELECT account.user_id, account.balance, COUNT(entry.id) AS entries
      FROM shop_user.point_accounts AS account LEFT JOIN shop_user.point_transfers AS entry
        ON entry.user_id = account.user_id AND entry.state = 'POSTED'
     GROUP BY account.user_id, account.balance, account.entry_count
    HAVING account.balance <> COALESCE(SUM(IF(entry.kind = 'SPEND', -1, 1) * entry.amount), 0)
        OR account.entry_count <> COUNT(entry.id) OR account.entry_count <> COALESCE(MAX(entry.sequence), 0)`,
  'points are taken and given back as the order went': `
    SELECT orders.id, orders.status, orders.total FROM shop_order.orders
      LEFT JOIN shop_user.point_transfers AS spent
        ON spent.order_id = orders.id AND spent.kind = 'SPEND' AND spent.state = 'POSTED'
      LEFT JOIN shop_user.point_transfers AS refunded
        ON refunded.order_id = orders.id AND refunded.kind = 'REFUND' AND refunded.state = 'POSTED'
     WHERE COALESCE(spent.amount, 0) <> IF(orders.status IN ('COMPLETED', 'CANCELLED'), orders.total, 0)
        OR COALESCE(refunded.amount, 0) <> IF(orders.status = 'CANCELLED', orders.total, 0)
        OR COALESCE(spent.user_id, orders.user_id) <> orders.user_id`,
  'every order is decided and settled': `
    SELECT id, status, stock_hold, coupon_hold, points_hold, attempts FROM shop_order.orders
     WHERE status NOT IN ('COMPLETED', 'REJECTED', 'CANCELLED') OR lease_until IS NOT NULL`,
  'an order costs what its lines cost': `
    SELECT orders.id FROM shop_order.orders LEFT JOIN shop_order.order_lines AS line ON line.order_id = orders.id
     GROUP BY orders.id, orders.subtotal HAVING orders.subtotal <> COALESCE(SUM(line.quantity * line.unit_price), 0)`,
  'stock is taken and given back as the order went': `
    SELECT orders.id, orders.status, hold.status AS hold FROM shop_order.orders
      LEFT JOIN shop_product.stock_holds AS hold ON hold.order_id = orders.id
     WHERE COALESCE(hold.status, 'RELEASED') <>
           CASE orders.status WHEN 'COMPLETED' THEN 'CONFIRMED' WHEN 'CANCELLED' THEN 'RESTOCKED' ELSE 'RELEASED' END`,
  'the lines that were sold are the lines that were ordered': `
    SELECT line.order_id FROM shop_order.order_lines AS line
      LEFT JOIN shop_product.stock_hold_lines AS held USING (order_id, product_id)
     WHERE NOT (held.quantity <=> line.quantity AND held.unit_price <=> line.unit_price)`,
  'a coupon is used by the order that completed with it, and by no other': `
    SELECT orders.id, orders.status, coupon.status AS coupon FROM shop_order.orders
      JOIN shop_coupon.coupons AS coupon ON coupon.id = orders.coupon_id
     WHERE (orders.status = 'COMPLETED') <> (coupon.status = 'USED' AND coupon.order_id = orders.id)
    UNION ALL
    SELECT coupon.order_id, 'no such order', coupon.status FROM shop_coupon.coupons AS coupon
      LEFT JOIN shop_order.orders ON orders.id = coupon.order_id AND orders.coupon_id = coupon.id
     WHERE coupon.status = 'USED' AND orders.id IS NULL`,
  'an order is paid once, and refunded when it is cancelled': `
    SELECT orders.id, orders.status, payment.status AS payment FROM shop_order.orders
      LEFT JOIN shop_order.payments AS payment ON payment.order_id = orders.id
     WHERE COALESCE(payment.status, '-') <>
           CASE orders.status WHEN 'COMPLETED' THEN 'CAPTURED' WHEN 'CANCELLED' THEN 'REFUNDED' ELSE '-' END
        OR COALESCE(payment.amount, 0) <> orders.total`,
  'as many coupons as were counted, and never too many': `
    SELECT event.id, event.issued_count, COUNT(coupon.id) AS coupons FROM shop_coupon.coupon_events AS event
      LEFT JOIN shop_coupon.coupons AS coupon ON coupon.event_id = event.id
     GROUP BY event.id, event.issued_count, event.total_count
    HAVING event.issued_count <> COUNT(coupon.id) OR COUNT(coupon.id) > event.total_count`,
  'nobody has more coupons than one may have': `
    SELECT coupon.user_id FROM shop_coupon.coupons AS coupon
      JOIN shop_coupon.coupon_events AS event ON event.id = coupon.event_id
     GROUP BY coupon.user_id, event.id, event.max_per_user HAVING COUNT(*) > event.max_per_user`,
  'one sold-out event per sell-out': `
    SELECT event.id FROM shop_coupon.coupon_events AS event
      LEFT JOIN shop_coupon.outbox_archive AS outbox ON outbox.aggregate_id = event.id AND outbox.type = 'coupon.soldout'
     GROUP BY event.id, event.sold_out_epoch, event.issued_count, event.total_count
    HAVING COUNT(outbox.id) <> event.sold_out_epoch OR (event.issued_count = event.total_count) <> (event.sold_out_epoch = 1)`,
  'everything is published': `
    SELECT event_id FROM shop_order.outbox_pending UNION ALL SELECT event_id FROM shop_coupon.outbox_pending
    UNION ALL SELECT event_id FROM shop_product.outbox_pending UNION ALL SELECT event_id FROM shop_user.outbox_pending`,
  'every change of an order has its event, once': `
    SELECT orders.id, orders.status, GROUP_CONCAT(outbox.type ORDER BY outbox.id) AS events FROM shop_order.orders
      LEFT JOIN shop_order.outbox_archive AS outbox ON outbox.aggregate_id = orders.id
     GROUP BY orders.id, orders.status
    HAVING events <> CASE orders.status
      WHEN 'COMPLETED' THEN 'order.completed,order.status-changed,payment.completed'
      WHEN 'CANCELLED' THEN 'order.completed,order.status-changed,payment.completed,order.cancelled,order.status-changed'
      ELSE 'order.status-changed' END OR events IS NULL`,
  'every coupon has its event, once': `
    SELECT coupon.id FROM shop_coupon.coupons AS coupon
      LEFT JOIN shop_coupon.outbox_archive AS outbox
        ON outbox.type = 'coupon.issued' AND JSON_UNQUOTE(JSON_EXTRACT(outbox.envelope, '$.data.couponId')) = coupon.id
     GROUP BY coupon.id HAVING COUNT(outbox.id) <> 1`,
  'no gap in versions': `
    SELECT type, aggregate_id FROM shop_order.outbox_archive WHERE aggregate_version IS NOT NULL
     GROUP BY type, aggregate_id HAVING MIN(aggregate_version) <> 1 OR MAX(aggregate_version) <> COUNT(*)
        OR COUNT(DISTINCT aggregate_version) <> COUNT(*)`,
};

/** What there was of each product at first, going by what is left and what was sold and not returned. */
export const INITIAL_STOCK = `
  SELECT stock.product_id AS productId, stock.on_hand + COALESCE(SUM(line.quantity), 0) AS onHand
    FROM shop_product.stock
    LEFT JOIN (shop_order.order_lines AS line JOIN shop_order.orders ON orders.id = line.order_id AND orders.status = 'COMPLETED')
      ON line.product_id = stock.product_id
   GROUP BY stock.product_id, stock.on_hand`;

/** What the data platform must have heard of. */
export const FOR_DATA_PLATFORM = `
  SELECT event_id AS id FROM shop_order.outbox_archive WHERE type <> 'order.status-changed'
  UNION ALL SELECT event_id FROM shop_coupon.outbox_archive WHERE type = 'coupon.issued'`;

/** What the streams hold, by what the outboxes say they acknowledged. */
export const PUBLISHED = `
  SELECT stream, COUNT(*) AS messages, COUNT(DISTINCT stream_sequence) AS sequences FROM (
    SELECT stream, stream_sequence FROM shop_order.outbox_archive
    UNION ALL SELECT stream, stream_sequence FROM shop_coupon.outbox_archive) AS published GROUP BY stream`;

/** Orders, charges and coupons that some client must have been told of, once it has asked often enough. */
export const ACKNOWLEDGED_ORDERS = `SELECT id FROM shop_order.orders WHERE status <> 'REJECTED' OR reason = 'TIMED_OUT'`;
export const CHARGES = `SELECT id FROM shop_user.point_transfers WHERE kind = 'CHARGE' AND amount < ${FIRST_CHARGE}`;
export const COUPONS = 'SELECT id FROM shop_coupon.coupons';
