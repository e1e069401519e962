import type { EntityManager } from '@mikro-orm/mysql';
import { BadUserInput, isId } from '@shop/kernel';

/** What an order takes from its buyer's points: pending while it is held, posted once it is confirmed. */
export interface Spend {
  /** Null when the release came before the hold: nobody has said yet who pays. */
  userId: string | null;
  amount: number;
  state: 'PENDING' | 'POSTED' | 'VOIDED';
  voidedBecause: 'RELEASED' | 'REFUSED' | 'FREE' | null;
  missing: number;
}

/** The SPEND of an order as it stands, or null when this service has never heard of the order. */
export async function findSpend(em: EntityManager, orderId: string): Promise<Spend | null> {
  const [spend] = await em.execute<Spend[]>(
    `SELECT user_id AS userId, amount, state, voided_because AS voidedBecause, missing
       FROM point_transfers WHERE order_id = ? AND kind = 'SPEND'`,
    [orderId],
  );
  return spend ?? null;
}

/** Guards the statements with INSERT IGNORE, which would quietly bend an id until it fits its column. */
export function mustBeOrderId(orderId: string): void {
  if (!isId(orderId)) throw new BadUserInput('orderId', 'orderId is not the id of an order.');
}
