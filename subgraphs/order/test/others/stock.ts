import { ConfirmStock, HoldStock, ReleaseStock, RestockProducts } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { handleCommand } from '@shop/messaging';
import type { z } from 'zod';
import { OrderBook } from './order-book.ts';

export interface ShelfProduct {
  id: string;
  name: string;
  price: number;
  onHand: number;
  held: number;
}

type Answer = z.input<typeof HoldStock.reply>;
type Problems = Extract<Answer, { outcome: 'REFUSED' }>['problems'];
type Lines = z.output<typeof HoldStock.request>['lines'];

/** The product service as the order service meets it. */
export function createStock() {
  const products = new Map<string, ShelfProduct>();

  function move(lines: Lines, field: 'onHand' | 'held', sign: 1 | -1): void {
    for (const { productId, quantity } of lines) {
      const product = products.get(productId);
      if (product) product[field] += sign * quantity;
    }
  }

  const book = new OrderBook<Lines>({
    hold: (lines) => move(lines, 'held', 1),
    confirm(lines) {
      move(lines, 'held', -1);
      move(lines, 'onHand', -1);
    },
    release: (lines) => move(lines, 'held', -1),
    undo: (lines) => move(lines, 'onHand', 1),
  });

  function problemsOf(orderId: string, lines: Lines): Problems {
    return lines.flatMap(({ productId, quantity }): Problems => {
      if (book.isReleased(orderId)) return [{ productId, problem: 'RELEASED_BEFORE', available: 0 }];
      const product = products.get(productId);
      if (product === undefined) return [{ productId, problem: 'PRODUCT_NOT_FOUND', available: 0 }];
      const available = product.onHand - product.held;
      const isShort = !book.has(orderId) && available < quantity;
      return isShort ? [{ productId, problem: 'INSUFFICIENT_STOCK', available }] : [];
    });
  }

  async function hold({ orderId, lines }: z.output<typeof HoldStock.request>): Promise<Answer> {
    const problems = problemsOf(orderId, lines);
    if (problems.length > 0) return { outcome: 'REFUSED', problems };
    book.hold(orderId, lines);
    const frozen = lines.map(({ productId, quantity }) => {
      const { name: productName, price: unitPrice } = products.get(productId) as ShelfProduct;
      return { productId, quantity, productName, unitPrice };
    });
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    return { outcome: 'HELD', lines: frozen, currencyCode: 'KRW', expiresAt };
  }

  return {
    handlers: [
      handleCommand(HoldStock, hold),
      handleCommand(ConfirmStock, async ({ orderId }) => ({ outcome: book.confirm(orderId) })),
      handleCommand(ReleaseStock, async ({ orderId }) => ({ outcome: book.release(orderId) })),
      handleCommand(RestockProducts, async ({ orderId }) => ({
        outcome: book.undo(orderId) === null ? ('NOT_CONFIRMED' as const) : ('RESTOCKED' as const),
      })),
    ],
    aProduct(of: Partial<ShelfProduct> = {}): ShelfProduct {
      const product = { id: newId(), name: 'Teapot', price: 10_000, onHand: 100, held: 0, ...of };
      products.set(product.id, product);
      return product;
    },
  };
}
