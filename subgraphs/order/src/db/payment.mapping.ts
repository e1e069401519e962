import { EntitySchema } from '@mikro-orm/core';
import { Payment } from '../domain/payment.ts';

export const paymentMapping = new EntitySchema({
  class: Payment,
  tableName: 'payments',
  properties: {
    id: { type: 'string', primary: true },
    orderId: { type: 'string' },
    method: { type: 'string' },
    status: { type: 'string' },
    amount: { type: 'integer' },
    redirectUrl: { type: 'string', nullable: true },
    createdAt: { type: 'datetime', length: 3 },
  },
});
