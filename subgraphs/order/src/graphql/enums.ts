import { registerEnumType } from 'type-graphql';

export const OrderStatusEnum = {
  PENDING: 'PENDING',
  AWAITING_PAYMENT: 'AWAITING_PAYMENT',
  COMPLETED: 'COMPLETED',
  REJECTED: 'REJECTED',
  CANCELLED: 'CANCELLED',
} as const;
registerEnumType(OrderStatusEnum, {
  name: 'OrderStatus',
  description:
    'PENDING while stock, points and coupon are being held; AWAITING_PAYMENT while the payment provider has it.',
});

export const PaymentMethodEnum = { POINTS: 'POINTS', CARD: 'CARD' } as const;
registerEnumType(PaymentMethodEnum, { name: 'PaymentMethod', description: 'What an order is paid with.' });

export const PaymentStatusEnum = {
  PENDING: 'PENDING',
  CAPTURED: 'CAPTURED',
  FAILED: 'FAILED',
  REFUNDED: 'REFUNDED',
} as const;
registerEnumType(PaymentStatusEnum, { name: 'PaymentStatus', description: 'How far a payment is.' });

export const PlaceOrderErrorCodeEnum = {
  EMPTY_ORDER: 'EMPTY_ORDER',
  QUANTITY_INVALID: 'QUANTITY_INVALID',
  PRODUCT_NOT_FOUND: 'PRODUCT_NOT_FOUND',
  INSUFFICIENT_STOCK: 'INSUFFICIENT_STOCK',
  INSUFFICIENT_POINTS: 'INSUFFICIENT_POINTS',
  COUPON_NOT_FOUND: 'COUPON_NOT_FOUND',
  COUPON_NOT_USABLE: 'COUPON_NOT_USABLE',
  COUPON_MINIMUM_NOT_MET: 'COUPON_MINIMUM_NOT_MET',
  PAYMENT_DECLINED: 'PAYMENT_DECLINED',
} as const;
registerEnumType(PlaceOrderErrorCodeEnum, { name: 'PlaceOrderErrorCode', description: 'Why an order is refused.' });

export const CancelOrderErrorCodeEnum = {
  ORDER_NOT_FOUND: 'ORDER_NOT_FOUND',
  ORDER_NOT_CANCELLABLE: 'ORDER_NOT_CANCELLABLE',
} as const;
registerEnumType(CancelOrderErrorCodeEnum, {
  name: 'CancelOrderErrorCode',
  description: 'Why an order is not cancelled.',
});
