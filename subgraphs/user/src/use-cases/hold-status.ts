import type { EntityManager } from '@mikro-orm/mysql';
import { BadUserInput, isId } from '@shop/kernel';

export type HoldStatus = 'HELD' | 'REFUSED' | 'CONFIRMED' | 'RELEASED' | 'REFUNDED';

export interface Hold {
  userId: string | null;
  amount: number;
  status: HoldStatus;
}

/** The hold of an order as it stands, or null when this service has never heard of the order. */
export async function readHold(em: EntityManager, orderId: string): Promise<Hold | null> {
  const [hold] = await em.execute<Hold[]>(
    'SELECT user_id AS userId, amount, status FROM point_holds WHERE order_id = ?',
    [orderId],
  );
  return hold ?? null;
}

/** Guards the statements with INSERT IGNORE, which would quietly bend an id until it fits its column. */
export function mustBeOrderId(orderId: string): void {
  if (!isId(orderId)) throw new BadUserInput('orderId', 'orderId is not the id of an order.');
}
