import { EntitySchema } from '@mikro-orm/core';
import { Coupon } from '../domain/coupon.ts';

const time = { type: 'datetime', length: 3 } as const;

export const couponMapping = new EntitySchema<Coupon>({
  class: Coupon,
  tableName: 'coupons',
  properties: {
    id: { type: 'string', primary: true },
    eventId: { type: 'string' },
    userId: { type: 'string' },
    slot: { type: 'integer' },
    code: { type: 'string' },
    requestId: { type: 'string' },
    sequence: { type: 'integer', nullable: true },
    state: { type: 'string', fieldName: 'status' },
    orderId: { type: 'string', nullable: true },
    discountType: { type: 'string' },
    discountValue: { type: 'integer' },
    minPurchaseAmount: { type: 'integer' },
    issuedAt: time,
    expiresAt: time,
    usedAt: { ...time, nullable: true },
  },
});
