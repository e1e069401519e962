import type { UserError } from '@shop/kernel';

export type PlaceOrderErrorCode =
  | 'EMPTY_ORDER'
  | 'QUANTITY_INVALID'
  | 'PRODUCT_NOT_FOUND'
  | 'INSUFFICIENT_STOCK'
  | 'INSUFFICIENT_POINTS'
  | 'COUPON_NOT_FOUND'
  | 'COUPON_NOT_USABLE'
  | 'COUPON_MINIMUM_NOT_MET'
  | 'PAYMENT_DECLINED';

export type PlaceOrderError = UserError<PlaceOrderErrorCode>;

const atLine = (index: number, field: string) => ['input', 'lines', String(index), field];

export function quantityInvalid(line: number, most: number): PlaceOrderError {
  return {
    code: 'QUANTITY_INVALID',
    message: `An order takes 1 to ${most} of a product.`,
    path: atLine(line, 'quantity'),
  };
}

export function productNotFound(line: number): PlaceOrderError {
  return { code: 'PRODUCT_NOT_FOUND', message: 'There is no such product.', path: atLine(line, 'productId') };
}

export function insufficientStock(line: number, available: number): PlaceOrderError {
  const message = available === 0 ? 'It is sold out.' : `Only ${available} of it can be had.`;
  return { code: 'INSUFFICIENT_STOCK', message, path: atLine(line, 'quantity') };
}

export function insufficientPoints(missing: number): PlaceOrderError {
  return { code: 'INSUFFICIENT_POINTS', message: `${missing} points are missing.`, path: null };
}

export function paymentDeclined(): PlaceOrderError {
  return { code: 'PAYMENT_DECLINED', message: 'The card was declined.', path: ['input', 'paymentMethod'] };
}

export type CouponProblem = Extract<PlaceOrderErrorCode, `COUPON_${string}`>;

const COUPON_MESSAGES: Record<CouponProblem, string> = {
  COUPON_NOT_FOUND: 'There is no such coupon.',
  COUPON_NOT_USABLE: 'The coupon is used, expired or taken by another order.',
  COUPON_MINIMUM_NOT_MET: 'The order is too small for this coupon.',
};

export function couponRefused(code: CouponProblem): PlaceOrderError {
  return { code, message: COUPON_MESSAGES[code], path: ['input', 'couponId'] };
}
