import type { EntityManager } from '@mikro-orm/mysql';
import type { HoldStatus } from '../domain/stock-hold.ts';

interface Move {
  from: HoldStatus;
  /** What it does to the stock of each line. */
  stock: string;
}

const MOVES = {
  CONFIRMED: {
    from: 'HELD',
    stock: 'stock.on_hand = stock.on_hand - line.quantity, stock.held = stock.held - line.quantity',
  },
  RELEASED: { from: 'HELD', stock: 'stock.held = stock.held - line.quantity' },
  RESTOCKED: { from: 'CONFIRMED', stock: 'stock.on_hand = stock.on_hand + line.quantity' },
} as const satisfies Record<Exclude<HoldStatus, 'HELD'>, Move>;

/**
 * Moves an order's hold to its next status, and its stock with it. False when it is not where this move begins: the
 * status is checked and changed in one statement, so that of all who try, at any time, one moves the stock.
 */
export async function moveHold(em: EntityManager, orderId: string, to: keyof typeof MOVES): Promise<boolean> {
  const { from, stock } = MOVES[to];
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE stock_holds SET status = ?, settled_at = UTC_TIMESTAMP(3) WHERE order_id = ? AND status = ?`,
    [to, orderId, from],
    { method: 'run' },
  );
  if (affectedRows === 0) return false;
  // From the lines to the stock, in this direction: the primary key of the lines gives the rows in the order in which
  // everyone locks them.
  await em.execute(
    `UPDATE stock_hold_lines AS line STRAIGHT_JOIN stock ON stock.product_id = line.product_id
        SET ${stock} WHERE line.order_id = ?`,
    [orderId],
  );
  return true;
}

/** Null when nobody has held or released anything for the order. */
export async function holdStatusOf(em: EntityManager, orderId: string): Promise<HoldStatus | null> {
  const rows = await em.execute<{ status: HoldStatus }[]>('SELECT status FROM stock_holds WHERE order_id = ?', [
    orderId,
  ]);
  return rows[0]?.status ?? null;
}
