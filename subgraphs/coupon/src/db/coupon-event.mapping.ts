import { EntitySchema } from '@mikro-orm/core';
import { CouponEvent } from '../domain/coupon-event.ts';

const time = { type: 'datetime', length: 3 } as const;

export const couponEventMapping = new EntitySchema<CouponEvent>({
  class: CouponEvent,
  tableName: 'coupon_events',
  properties: {
    id: { type: 'string', primary: true },
    title: { type: 'string' },
    description: { type: 'text', nullable: true },
    codePrefix: { type: 'string' },
    totalCount: { type: 'integer' },
    issuedCount: { type: 'integer' },
    startsAt: time,
    endsAt: time,
    endedAt: { ...time, nullable: true },
    maxPerUser: { type: 'integer' },
    discountType: { type: 'string' },
    discountValue: { type: 'integer' },
    minPurchaseAmount: { type: 'integer' },
    validDays: { type: 'integer' },
    epoch: { type: 'integer' },
    soldOutEpoch: { type: 'integer' },
    soldOutAt: { ...time, nullable: true },
    generation: { type: 'integer' },
    version: { type: 'integer', version: true },
    createdAt: time,
  },
});
