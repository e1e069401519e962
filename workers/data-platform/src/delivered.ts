import type { EntityManager } from '@mikro-orm/mysql';
import { rememberEvent } from '@shop/messaging';

/** This worker's name: of its consumers, its dead letters and its rows in the inbox. */
export const WORKER = 'data-platform';

/** Tells whether the data platform has taken the event before. */
export async function wasDelivered(em: EntityManager, eventId: string): Promise<boolean> {
  const rows = await em.execute('SELECT 1 FROM inbox WHERE consumer = ? AND event_id = ?', [WORKER, eventId]);
  return rows.length > 0;
}

/** Remembers that the data platform has taken the event. */
export async function markDelivered(em: EntityManager, eventId: string): Promise<void> {
  await rememberEvent(em, WORKER, eventId);
}
