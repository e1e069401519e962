import { newId } from '@shop/kernel';
import type { Order } from './order.ts';

export type PaymentMethod = 'POINTS' | 'CARD';
export type PaymentStatus = 'PENDING' | 'CAPTURED' | 'FAILED' | 'REFUNDED';

/** How an order is paid, and how far that is. */
export class Payment {
  /** Also the key under which the provider knows it. */
  id!: string;
  orderId!: string;
  method!: PaymentMethod;
  status!: PaymentStatus;
  amount!: number;
  /** Where a buyer who pays by card is sent. */
  redirectUrl!: string | null;
  createdAt!: Date;

  /** Points are taken the moment an order completes; and where nothing is to be paid, nobody has to be asked. */
  static atOnce(order: Order, now: Date): Payment {
    return Payment.of(order, 'CAPTURED', now);
  }

  /** A payment that the buyer makes at the provider. */
  static byCard(order: Order, now: Date): Payment {
    return Payment.of(order, 'PENDING', now);
  }

  private static of(order: Order, status: PaymentStatus, now: Date): Payment {
    return Object.assign(new Payment(), {
      id: newId(),
      orderId: order.id,
      method: order.paymentMethod,
      status,
      amount: order.total,
      redirectUrl: null,
      createdAt: now,
    });
  }
}
