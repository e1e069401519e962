import type { EntityManager } from '@mikro-orm/mysql';
import { availableOf } from '../domain/stock.ts';
import type { HoldProblem, WantedLine } from '../domain/stock-hold.ts';
import { stockByProduct } from '../reads/stock-by-product.ts';

/** Holds the stock of every line kept for an order, and answers those that fall short; then the caller rolls back. */
export type TakeStock = (em: EntityManager, orderId: string, lines: readonly WantedLine[]) => Promise<HoldProblem[]>;

/** Some line falls short, and to say which takes going through them. */
export class StockFallsShort extends Error {
  override readonly name = 'StockFallsShort';
}

/**
 * Takes all lines, however many, in one statement: whether there is enough and taking it. Throws StockFallsShort when
 * there is not enough of one of several.
 */
export const takeStock: TakeStock = async (em, orderId, lines) => {
  if (lines.length < 2) return takeStockByLine(em, orderId, lines);
  // From the lines to the stock, in this direction: the primary key of the lines gives the rows in the order in which
  // everyone locks them.
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE stock_hold_lines AS line STRAIGHT_JOIN stock ON stock.product_id = line.product_id
        SET stock.held = stock.held + line.quantity
      WHERE line.order_id = ? AND stock.on_hand - stock.held >= line.quantity`,
    [orderId],
    { method: 'run' },
  );
  if (affectedRows < lines.length) throw new StockFallsShort();
  return [];
};

/** Takes them one by one, in the order of the lines; whether there is enough and taking it is one statement. */
export const takeStockByLine: TakeStock = async (em, _orderId, lines) => {
  const short: string[] = [];
  for (const { productId, quantity } of lines) {
    const { affectedRows } = await em.execute<{ affectedRows: number }>(
      'UPDATE stock SET held = held + ? WHERE product_id = ? AND on_hand - held >= ?',
      [quantity, productId, quantity],
      { method: 'run' },
    );
    if (affectedRows === 0) short.push(productId);
  }
  if (short.length === 0) return [];
  const stock = await stockByProduct(em, short);
  return stock.map(({ productId, ...rest }) => ({
    productId,
    problem: 'INSUFFICIENT_STOCK',
    available: availableOf(rest),
  }));
};
