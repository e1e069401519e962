import type { EntityManager } from '@mikro-orm/mysql';
import { transactional } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import { holdStatusOf, moveHold } from './move-hold.ts';

type Released = 'RELEASED' | 'ALREADY_CONFIRMED';

/** Gives the hold of an order back. Before the hold it leaves a tombstone, which refuses the hold when it comes. */
export function releaseStock(ctx: Pick<ProductContext, 'em'>, { orderId }: { orderId: string }): Promise<Released> {
  return transactional(ctx.em, (em) => release(em, orderId));
}

async function release(em: EntityManager, orderId: string): Promise<Released> {
  if (await moveHold(em, orderId, 'RELEASED')) return 'RELEASED';
  if (await leaveTombstone(em, orderId)) return 'RELEASED';
  const status = await holdStatusOf(em, orderId);
  // The hold came in between the first look and the tombstone.
  if (status === 'HELD') return release(em, orderId);
  return status === 'RELEASED' ? 'RELEASED' : 'ALREADY_CONFIRMED';
}

async function leaveTombstone(em: EntityManager, orderId: string): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO stock_holds (order_id, status, expires_at, check_at, created_at, settled_at)
     VALUES (?, 'RELEASED', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [orderId],
    { method: 'run' },
  );
  return affectedRows === 1;
}
