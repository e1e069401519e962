import { EntitySchema } from '@mikro-orm/core';
import { OrderLine } from '../domain/order-line.ts';

export const orderLineMapping = new EntitySchema({
  class: OrderLine,
  tableName: 'order_lines',
  properties: {
    orderId: { type: 'string', primary: true },
    position: { type: 'integer', primary: true },
    productId: { type: 'string' },
    productName: { type: 'string' },
    quantity: { type: 'integer' },
    unitPrice: { type: 'integer' },
  },
});
