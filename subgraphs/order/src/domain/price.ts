import { won } from '@shop/kernel';

/** What a product was called and cost when the order took it. */
export interface FrozenLine {
  productId: string;
  productName: string;
  quantity: number;
  unitPrice: number;
}

export interface Price {
  subtotal: number;
  discount: number;
  total: number;
}

/** What all lines cost together. Throws RangeError where numbers stop being exact. */
export function subtotalOf(lines: readonly FrozenLine[]): number {
  return lines.reduce((sum, line) => won(sum + lineTotalOf(line)).amount, 0);
}

export function lineTotalOf({ quantity, unitPrice }: FrozenLine): number {
  return won(quantity * unitPrice).amount;
}

/** The price after a discount, which takes no more than there is and never adds. */
export function priceOf(subtotal: number, discount: number): Price {
  const taken = Math.min(Math.max(discount, 0), subtotal);
  return { subtotal, discount: taken, total: subtotal - taken };
}
