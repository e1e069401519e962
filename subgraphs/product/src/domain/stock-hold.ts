import type { CurrencyCode } from '@shop/kernel';

/**
 * HELD → CONFIRMED → RESTOCKED, or HELD → RELEASED. A release that comes before its hold begins with RELEASED: a
 * tombstone, which refuses the hold when it comes.
 */
export type HoldStatus = 'HELD' | 'CONFIRMED' | 'RELEASED' | 'RESTOCKED';

export interface WantedLine {
  productId: string;
  quantity: number;
}

/** Name and price as they were when the stock was held. */
export interface FrozenLine extends WantedLine {
  productName: string;
  unitPrice: number;
}

export interface HoldProblem {
  productId: string;
  problem: 'PRODUCT_NOT_FOUND' | 'INSUFFICIENT_STOCK' | 'RELEASED_BEFORE';
  /** How many could be had. */
  available: number;
}

export type HoldAnswer =
  | { outcome: 'HELD'; lines: FrozenLine[]; currencyCode: CurrencyCode; expiresAt: string }
  | { outcome: 'REFUSED'; problems: HoldProblem[] };

/** Rolls the whole hold back: an order gets all its lines or none. */
export class HoldRefused extends Error {
  readonly problems: HoldProblem[];

  constructor(problems: HoldProblem[]) {
    super(problems.map(({ productId, problem }) => `${productId}: ${problem}`).join(', '));
    this.problems = problems;
  }
}

/** One line per product, ascending by product id: everyone who locks stock does so in this order. */
export function summedByProduct(lines: readonly WantedLine[]): WantedLine[] {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  return [...quantities]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .sort((a, b) => (a.productId < b.productId ? -1 : 1));
}
