import { BadUserInput, isId, Refusal, type UserError } from '@shop/kernel';
import { type PlaceOrderErrorCode, productNotFound, quantityInvalid } from './place-order.errors.ts';

/** So many of a product, as the buyer asked for them. */
export interface RequestedLine {
  productId: string;
  quantity: number;
}

export const MOST_LINES = 100;
const MOST_OF_A_PRODUCT = 1_000;

/**
 * Sums the lines of the same product, each at the place of its first. Throws Refusal for what the buyer can mend, with
 * the line it is about, and BadUserInput for more lines than an order has.
 */
export function sumLines(lines: readonly RequestedLine[]): RequestedLine[] {
  if (lines.length > MOST_LINES) {
    throw new BadUserInput('lines', `lines must not have more than ${MOST_LINES} entries.`);
  }
  if (lines.length === 0) {
    throw new Refusal<PlaceOrderErrorCode>({
      code: 'EMPTY_ORDER',
      message: 'An order needs at least one line.',
      path: ['input', 'lines'],
    });
  }
  const problems: UserError<PlaceOrderErrorCode>[] = [];
  const sums = new Map<string, number>();
  lines.forEach(({ productId, quantity }, index) => {
    const sum = (sums.get(productId) ?? 0) + quantity;
    // The bounds hold for what is ordered of a product, however many lines it is spread over.
    if (quantity < 1 || sum > MOST_OF_A_PRODUCT) problems.push(quantityInvalid(index, MOST_OF_A_PRODUCT));
    else if (!isId(productId)) problems.push(productNotFound(index));
    sums.set(productId, sum);
  });
  if (problems.length > 0) throw new Refusal(problems);
  return Array.from(sums, ([productId, quantity]) => ({ productId, quantity }));
}

/** Where a product is first named in the input. */
export function lineOf(lines: readonly RequestedLine[], productId: string): number {
  return lines.findIndex((line) => line.productId === productId);
}
