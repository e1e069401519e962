import { BadUserInput, type UserError } from '@shop/kernel';
import { STOCK_MAX } from './product-rules.ts';
import type { Stock } from './stock.ts';

export interface StockAdjustment {
  productId: string;
  /** Units added to what is on hand; taken away when negative. */
  delta: number;
  /** What must still be on hand for the adjustment to be made. */
  expectedOnHand?: number | null;
}

export type AdjustStockErrorCode = 'PRODUCT_NOT_FOUND' | 'STOCK_CHANGED' | 'BELOW_HELD';
export type AdjustStockError = UserError<AdjustStockErrorCode>;

/** Throws BadUserInput for what could not be true of any stock. */
export function mustBeAdjustment({ delta, expectedOnHand }: StockAdjustment): void {
  if (delta === 0 || Math.abs(delta) > STOCK_MAX) {
    throw new BadUserInput('delta', `delta must be between -${STOCK_MAX} and ${STOCK_MAX}, and not 0.`);
  }
  if (expectedOnHand != null && (expectedOnHand < 0 || expectedOnHand > STOCK_MAX)) {
    throw new BadUserInput('expectedOnHand', `expectedOnHand must be between 0 and ${STOCK_MAX}.`);
  }
}

/**
 * Why an adjustment found no row that it fits, given the stock as it is now. Throws BadUserInput when the shelf would
 * overflow.
 */
export function whyNotAdjusted({ delta, expectedOnHand }: StockAdjustment, stock: Stock | null): AdjustStockError {
  if (stock === null) {
    return { code: 'PRODUCT_NOT_FOUND', message: 'There is no such product.', path: ['input', 'productId'] };
  }
  const { onHand, held } = stock;
  const isExpected = expectedOnHand == null || expectedOnHand === onHand;
  if (isExpected && onHand + delta < held) {
    return {
      code: 'BELOW_HELD',
      message: `${held} of the ${onHand} on hand are held for orders; at most ${onHand - held} can be taken away.`,
      path: ['input', 'delta'],
    };
  }
  if (isExpected && onHand + delta > STOCK_MAX) {
    throw new BadUserInput('delta', `delta would bring the stock above ${STOCK_MAX}.`);
  }
  // Without an expected value: it did not fit a moment ago and does now.
  return {
    code: 'STOCK_CHANGED',
    message: `The stock has changed; ${onHand} are on hand now.`,
    path: ['input', expectedOnHand == null ? 'delta' : 'expectedOnHand'],
  };
}
