import type { EntityManager } from '@mikro-orm/mysql';
import type { Stock } from '../domain/stock.ts';

export interface ProductStock extends Stock {
  productId: string;
}

/** Always from MySQL: nobody is told of stock that is gone. */
export function stockByProduct(em: EntityManager, productIds: readonly string[]): Promise<ProductStock[]> {
  return em.execute<ProductStock[]>(
    'SELECT product_id AS productId, on_hand AS onHand, held FROM stock WHERE product_id IN (?)',
    [productIds],
  );
}
