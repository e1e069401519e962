import type { EntityManager } from '@mikro-orm/mysql';
import { transactional } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import { type HoldAnswer, HoldRefused, summedByProduct, type WantedLine } from '../domain/stock-hold.ts';
import { freezeLines, keepLines, keptLines } from './hold-lines.ts';
import { holdStatusOf } from './move-hold.ts';
import { StockFallsShort, type TakeStock, takeStock, takeStockByLine } from './take-stock.ts';

export interface StockOrder {
  orderId: string;
  lines: readonly WantedLine[];
  expiresInSeconds: number;
}

/**
 * Sets stock aside for an order, all its lines or none, and freezes names and prices. The same order asked again gets
 * the lines it got then, whatever it asks for now.
 */
export async function holdStock(ctx: Pick<ProductContext, 'em'>, order: StockOrder): Promise<HoldAnswer> {
  try {
    return await hold(ctx, order, takeStock);
  } catch (error) {
    if (error instanceof HoldRefused) return { outcome: 'REFUSED', problems: error.problems };
    throw error;
  }
}

/** A transaction that fell short is rolled back whole, and begun anew by those who find out which lines did. */
async function hold({ em }: Pick<ProductContext, 'em'>, order: StockOrder, take: TakeStock): Promise<HoldAnswer> {
  try {
    return await transactional(em, async (inner) =>
      (await openHold(inner, order)) ? holdAnew(inner, order, take) : heldBefore(inner, order),
    );
  } catch (error) {
    if (error instanceof StockFallsShort) return hold({ em }, order, takeStockByLine);
    throw error;
  }
}

/** False when the order has a hold already, or a tombstone; another attempt at the same moment is waited for here. */
async function openHold(em: EntityManager, { orderId, expiresInSeconds }: StockOrder): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO stock_holds (order_id, status, expires_at, check_at, created_at)
     VALUES (?, 'HELD', UTC_TIMESTAMP(3) + INTERVAL ? SECOND, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, UTC_TIMESTAMP(3))`,
    [orderId, expiresInSeconds, expiresInSeconds],
    { method: 'run' },
  );
  return affectedRows === 1;
}

async function holdAnew(em: EntityManager, { orderId, lines }: StockOrder, take: TakeStock): Promise<HoldAnswer> {
  const wanted = summedByProduct(lines);
  const hold = await freezeLines(em, orderId, wanted);
  const missing = wanted.filter(({ productId }) => !hold.lines.some((line) => line.productId === productId));
  await keepLines(em, orderId, hold.lines);
  // The stock comes last: its rows are the ones that orders wait for, and the commit follows at once.
  const short = await take(em, orderId, hold.lines);
  if (missing.length + short.length > 0) {
    const unknown = missing.map(
      ({ productId }) => ({ productId, problem: 'PRODUCT_NOT_FOUND', available: 0 }) as const,
    );
    throw new HoldRefused([...unknown, ...short]);
  }
  return { outcome: 'HELD', currencyCode: 'KRW', ...hold };
}

async function heldBefore(em: EntityManager, { orderId, lines }: StockOrder): Promise<HoldAnswer> {
  const status = await holdStatusOf(em, orderId);
  if (status !== 'HELD' && status !== 'CONFIRMED') {
    throw new HoldRefused(
      summedByProduct(lines).map(({ productId }) => ({ productId, problem: 'RELEASED_BEFORE', available: 0 })),
    );
  }
  return { outcome: 'HELD', currencyCode: 'KRW', ...(await keptLines(em, orderId)) };
}
