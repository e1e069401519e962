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
 * Writes down that a consumer has taken effect from an event; false when it was known. A second delivery at the same
 * moment waits here until the first has committed or given up.
 */
async function rememberEvent(em: EntityManager, consumer: string, eventId: string): Promise<boolean> {
  return (await rememberEvents(em, consumer, [eventId])) > 0;
}

/**
 * Writes down, in one statement, that a consumer has taken effect from events, for effects that are elsewhere; returns how
 * many of them were not known.
 */
export async function rememberEvents(
  em: EntityManager,
  consumer: string,
  eventIds: readonly string[],
): Promise<number> {
  // INSERT IGNORE would also pass over a value that does not fit.
  const stranger = eventIds.find((eventId) => !isId(eventId));
  if (stranger !== undefined) throw new RangeError(`${JSON.stringify(stranger)} is not the id of an event.`);
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO inbox (consumer, event_id, processed_at)
     VALUES ${eventIds.map(() => '(?, ?, UTC_TIMESTAMP(3))').join(', ')}`,
    eventIds.flatMap((eventId) => [consumer, eventId]),
    'run',
  );
  return affectedRows;
}
