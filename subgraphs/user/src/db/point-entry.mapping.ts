import { EntitySchema } from '@mikro-orm/core';
import { PointEntry } from '../domain/points.ts';

/** For reading posted transfers: the statements that move a balance write them. */
export const pointEntryMapping = new EntitySchema({
  class: PointEntry,
  tableName: 'point_transfers',
  properties: {
    id: { type: 'string', primary: true },
    userId: { type: 'string' },
    sequence: { type: 'number' },
    kind: { type: 'string' },
    amount: { type: 'number' },
    balanceAfter: { type: 'number' },
    orderId: { type: 'string', nullable: true },
    occurredAt: { type: 'datetime', length: 3, fieldName: 'settled_at' },
  },
});
