import type { EntityManager } from '@mikro-orm/mysql';
import { isId, Refusal } from '@shop/kernel';
import { idempotencyKeyOf, onceInTransaction } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import { productNotFound } from '../domain/product.errors.ts';
import { STOCK_MAX } from '../domain/product-rules.ts';
import {
  type AdjustStockError,
  mustBeAdjustment,
  type StockAdjustment,
  whyNotAdjusted,
} from '../domain/stock-adjustment.ts';
import { stockByProduct } from '../reads/stock-by-product.ts';

/** A refusal is remembered like a success: the same key gets the same answer, whatever the stock has become. */
interface Outcome {
  refused: AdjustStockError | null;
}

/** Adds to what is on hand, or takes away from it, once per key. Throws a Refusal. */
export async function adjustStock(
  ctx: ProductContext,
  { idempotencyKey, ...adjustment }: StockAdjustment & { idempotencyKey?: string | null },
): Promise<void> {
  const userId = ctx.viewer.mustBe('ADMIN');
  const key = idempotencyKeyOf(ctx.idempotencyKey, idempotencyKey);
  mustBeAdjustment(adjustment);
  if (!isId(adjustment.productId)) throw productNotFound('productId');

  const request = { userId, key, operation: 'adjustStock', input: adjustment };
  const answer = await onceInTransaction<Outcome>(ctx, request, (em) => adjust(em, adjustment));
  ctx.loaders.stock.clear(adjustment.productId);
  if (answer.refused !== null) throw new Refusal(answer.refused);
}

async function adjust(em: EntityManager, adjustment: StockAdjustment): Promise<Outcome> {
  const { productId, delta, expectedOnHand } = adjustment;
  const expected = expectedOnHand ?? null;
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE stock SET on_hand = on_hand + ?
      WHERE product_id = ? AND on_hand + ? BETWEEN held AND ? AND (? IS NULL OR on_hand = ?)`,
    [delta, productId, delta, STOCK_MAX, expected, expected],
    { method: 'run' },
  );
  if (affectedRows === 1) return { refused: null };
  const [stock] = await stockByProduct(em, [productId]);
  return { refused: whyNotAdjusted(adjustment, stock ?? null) };
}
