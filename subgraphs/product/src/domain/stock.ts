import type { ProductInfo } from './product.ts';

/** What lies on the shelf, and how much of it is set aside for orders on their way. */
export interface Stock {
  readonly onHand: number;
  readonly held: number;
}

export const ProductStatus = { ON_SALE: 'ON_SALE', SOLD_OUT: 'SOLD_OUT', DISCONTINUED: 'DISCONTINUED' } as const;
export type ProductStatus = keyof typeof ProductStatus;

/** What can be ordered now. */
export function availableOf({ onHand, held }: Stock): number {
  return onHand - held;
}

export function statusOf({ discontinued }: Pick<ProductInfo, 'discontinued'>, stock: Stock): ProductStatus {
  if (discontinued) return 'DISCONTINUED';
  return availableOf(stock) > 0 ? 'ON_SALE' : 'SOLD_OUT';
}
