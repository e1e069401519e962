import { EntitySchema } from '@mikro-orm/core';
import { PointEntry } from '../domain/points.ts';

/** For reading: entries are written by the statements that move the balance. */
export const pointEntryMapping = new EntitySchema({
  class: PointEntry,
  tableName: 'point_entries',
  properties: {
    id: { type: 'string', primary: true },
    userId: { type: 'string' },
    sequence: { type: 'number' },
    kind: { type: 'string' },
    amount: { type: 'number' },
    balanceAfter: { type: 'number' },
    orderId: { type: 'string', nullable: true },
    occurredAt: { type: 'datetime', length: 3 },
  },
});
