import type { EntityManager } from '@mikro-orm/mysql';
import { isId } from '@shop/kernel';

/**
 * Runs the effect of an event in one transaction with the event's row in `inbox`: a repeated delivery has no second
 * effect. Returns false when the consumer has already taken effect from this event.
 */
export function withInbox(
  em: EntityManager,
  consumer: string,
  eventId: string,
  effect: (em: EntityManager) => Promise<unknown>,
): Promise<boolean> {
  // INSERT IGNORE would also pass over a value that does not fit.
  if (!isId(eventId)) throw new RangeError(`${JSON.stringify(eventId)} is not the id of an event.`);
  return em.transactional(async (inner) => {
    // A second delivery at the same moment waits here until the first has committed or given up.
    const { affectedRows } = await inner.execute<{ affectedRows: number }>(
      'INSERT IGNORE INTO inbox (consumer, event_id, processed_at) VALUES (?, ?, UTC_TIMESTAMP(3))',
      [consumer, eventId],
      'run',
    );
    if (affectedRows === 0) return false;
    await effect(inner);
    return true;
  });
}
