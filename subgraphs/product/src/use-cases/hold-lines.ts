import type { EntityManager } from '@mikro-orm/mysql';
import { isId } from '@shop/kernel';
import type { FrozenLine, WantedLine } from '../domain/stock-hold.ts';

/** What a hold promises, and until when by the database's clock. */
export interface HeldLines {
  lines: FrozenLine[];
  expiresAt: string;
}

const expiry = `DATE_FORMAT(hold.expires_at, '%Y-%m-%dT%H:%i:%s.%fZ') AS expiresAt`;

/**
 * The lines with the names and prices of this moment, read from the database and never from a cache: it is what the
 * buyer will pay. Lines of products that are unknown or discontinued are left out.
 */
export async function freezeLines(
  em: EntityManager,
  orderId: string,
  wanted: readonly WantedLine[],
): Promise<HeldLines> {
  const ids = wanted.map(({ productId }) => productId).filter(isId);
  if (ids.length === 0) return { lines: [], expiresAt: '' };
  const rows = await em.execute<{ id: string; name: string; price: number; expiresAt: string }[]>(
    `SELECT product.id, product.name, product.price, ${expiry}
       FROM products AS product JOIN stock_holds AS hold ON hold.order_id = ?
      WHERE product.id IN (?) AND NOT product.discontinued`,
    [orderId, ids],
  );
  const products = new Map(rows.map((row) => [row.id, row]));
  const lines = wanted.flatMap((line) => {
    const product = products.get(line.productId);
    return product ? [{ ...line, productName: product.name, unitPrice: product.price }] : [];
  });
  return { lines, expiresAt: rows[0]?.expiresAt ?? '' };
}

/** Writes the frozen lines down, so that the same question gets the same answer. */
export async function keepLines(em: EntityManager, orderId: string, lines: readonly FrozenLine[]): Promise<void> {
  if (lines.length === 0) return;
  await em.execute(
    `INSERT INTO stock_hold_lines (order_id, product_id, quantity, product_name, unit_price)
     VALUES ${lines.map(() => '(?, ?, ?, ?, ?)').join(', ')}`,
    lines.flatMap((line) => [orderId, line.productId, line.quantity, line.productName, line.unitPrice]),
  );
}

/** The lines as they were frozen when the order was first held. */
export async function keptLines(em: EntityManager, orderId: string): Promise<HeldLines> {
  const rows = await em.execute<(FrozenLine & { expiresAt: string })[]>(
    `SELECT line.product_id AS productId, line.product_name AS productName, line.quantity,
            line.unit_price AS unitPrice, ${expiry}
       FROM stock_hold_lines AS line JOIN stock_holds AS hold ON hold.order_id = line.order_id
      WHERE line.order_id = ? ORDER BY line.product_id`,
    [orderId],
  );
  return {
    lines: rows.map(({ expiresAt: _, ...line }) => line),
    expiresAt: rows[0]?.expiresAt ?? '',
  };
}
