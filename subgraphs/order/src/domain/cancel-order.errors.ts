import { Refusal } from '@shop/kernel';
import type { OrderStatus } from './order-status.ts';

export type CancelOrderErrorCode = 'ORDER_NOT_FOUND' | 'ORDER_NOT_CANCELLABLE';

const path = ['input', 'orderId'];

/** Also what everybody but its owner hears, so that nobody learns which orders exist. */
export function orderNotFound(): Refusal<CancelOrderErrorCode> {
  return new Refusal({ code: 'ORDER_NOT_FOUND', message: 'There is no such order.', path });
}

export function orderNotCancellable(status: OrderStatus): Refusal<CancelOrderErrorCode> {
  return new Refusal({ code: 'ORDER_NOT_CANCELLABLE', message: `The order is ${status}.`, path });
}
