import type { EntityManager } from '@mikro-orm/mysql';
import { stockByProduct } from '../catalogue/stock-by-product.ts';
import { availableOf } from '../domain/stock.ts';
import type { HoldProblem, WantedLine } from '../domain/stock-hold.ts';

/**
 * Holds the stock of each line, in the order of the lines, and answers those that fall short; then the caller rolls the
 * rest back. Whether there is enough and taking it is one statement.
 */
export async function takeStock(em: EntityManager, lines: readonly WantedLine[]): Promise<HoldProblem[]> {
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
}
