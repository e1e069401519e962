import { newId } from '@shop/kernel';
import type { Order } from './order.ts';

export type PaymentMethod = 'POINTS' | 'CARD';
export type PaymentStatus = 'PENDING' | 'CAPTURED' | 'FAILED' | 'REFUNDED';

/** How an order is paid, and how far that is. */
export class Payment {
  id!: string;
  orderId!: string;
  method!: PaymentMethod;
  status!: PaymentStatus;
  amount!: number;
  /** Where a buyer who pays by card is sent. */
  redirectUrl!: string | null;
  createdAt!: Date;

  /** Points are taken the moment an order completes. */
  static byPoints(order: Order, now: Date): Payment {
    return Object.assign(new Payment(), {
      id: newId(),
      orderId: order.id,
      method: 'POINTS',
      status: 'CAPTURED',
      amount: order.total,
      redirectUrl: null,
      createdAt: now,
    } satisfies Payment);
  }
}
