import type { EntityManager } from '@mikro-orm/mysql';
import { isId } from '@shop/kernel';

/**
 * Runs the effect of an event in one transaction with the event's row in `inbox`: a repeated delivery has no second
 * effect. Returns false when the consumer has already taken effect from this event.
 */
export async function withInbox(
  em: EntityManager,
  consumer: string,
  eventId: string,
  effect: (em: EntityManager) => Promise<unknown>,
): Promise<boolean> {
  return em.transactional(async (inner) => {
    if (!(await rememberEvent(inner, consumer, eventId))) return false;
    await effect(inner);
    return true;
  });
}

/**
 * Writes down that a consumer has taken effect from an event; false when it was known. By itself it is for effects that
 * are elsewhere. A second delivery at the same moment waits here until the first has committed or given up.
 */
export async function rememberEvent(em: EntityManager, consumer: string, eventId: string): Promise<boolean> {
  // INSERT IGNORE would also pass over a value that does not fit.
  if (!isId(eventId)) throw new RangeError(`${JSON.stringify(eventId)} is not the id of an event.`);
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    'INSERT IGNORE INTO inbox (consumer, event_id, processed_at) VALUES (?, ?, UTC_TIMESTAMP(3))',
    [consumer, eventId],
    'run',
  );
  return affectedRows > 0;
}
