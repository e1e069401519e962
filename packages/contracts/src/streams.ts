import type { StreamDefinition } from '@shop/messaging';
import { CouponIssued, CouponRestocked, CouponSoldOut } from './coupon-events.ts';
import { OrderCancelled, OrderCompleted, OrderStatusChanged } from './order-events.ts';
import { PaymentCompleted } from './payment-events.ts';

/** What happens to orders. */
export const ORDER: StreamDefinition = {
  name: 'ORDER',
  subjects: [OrderCompleted.pattern, OrderCancelled.pattern, OrderStatusChanged.pattern],
  maxAgeDays: 30,
};

/** Payments of orders. */
export const PAYMENT: StreamDefinition = { name: 'PAYMENT', subjects: [PaymentCompleted.pattern], maxAgeDays: 30 };

/** What happens to coupons and their events. */
export const COUPON: StreamDefinition = {
  name: 'COUPON',
  subjects: [CouponIssued.pattern, CouponSoldOut.pattern, CouponRestocked.pattern],
  maxAgeDays: 30,
};

/** Events a consumer gave up on: `deadletter.<stream>.<consumer>`. Every consumer ensures it beside its own stream. */
export const DEADLETTER: StreamDefinition = { name: 'DEADLETTER', subjects: ['deadletter.*.*'], maxAgeDays: 90 };
