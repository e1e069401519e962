import type { Participant } from './domain/holds.ts';
import type { CouponProblem } from './domain/place-order.errors.ts';
import type { FrozenLine } from './domain/price.ts';
import type { RequestedLine } from './domain/requested-lines.ts';

export interface HoldFor {
  orderId: string;
  userId: string;
  /** How long it lives before its participant asks what became of the order. */
  expiresInSeconds: number;
}

/** RELEASED_BEFORE: a release was there first, so somebody has already rejected the order. */
export type StockProblem = 'PRODUCT_NOT_FOUND' | 'INSUFFICIENT_STOCK' | 'RELEASED_BEFORE';

export type StockHold =
  | { outcome: 'HELD'; lines: FrozenLine[] }
  | { outcome: 'REFUSED'; problems: { productId: string; problem: StockProblem; available: number }[] };

export type CouponHold =
  | { outcome: 'HELD'; discount: number }
  | { outcome: 'REFUSED'; problem: CouponProblem | 'RELEASED_BEFORE' };

export type PointsHold =
  | { outcome: 'HELD' }
  | { outcome: 'REFUSED'; problem: 'INSUFFICIENT_POINTS' | 'RELEASED_BEFORE'; missing: number };

/**
 * What every participant does with the hold of an order. Each is idempotent by order id and returns once it is
 * acknowledged; it throws a DomainError when it is not (the effect may be there all the same).
 */
export interface Settling {
  confirm(orderId: string, timeoutMs: number): Promise<void>;
  release(orderId: string, timeoutMs: number): Promise<void>;
  /** Gives back what a confirmed hold has taken. */
  undo(orderId: string, timeoutMs: number): Promise<void>;
}

/** Those who set something aside for an order: the ports of the saga. Holds are idempotent by order id too. */
export interface Participants extends Record<Participant, Settling> {
  /** Null, or why none of them can be asked. */
  away(): string | null;
  stock: Settling & {
    hold(request: HoldFor & { lines: RequestedLine[] }, timeoutMs: number): Promise<StockHold>;
  };
  coupon: Settling & {
    hold(request: HoldFor & { couponId: string; subtotal: number }, timeoutMs: number): Promise<CouponHold>;
  };
  points: Settling & {
    hold(request: HoldFor & { amount: number }, timeoutMs: number): Promise<PointsHold>;
  };
}
