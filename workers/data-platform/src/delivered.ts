import { rememberEvents } from '@shop/messaging';
import type { Database } from '@shop/subgraph-kit/database';
import { gather } from './gather.ts';

/** This worker's name: of its consumers, its dead letters and its rows in the inbox. */
export const WORKER = 'data-platform';

/**
 * The event has arrived; what waits is its note, and every commit is a write to the disk. What a process has not noted
 * when it dies is delivered again.
 */
const COMMIT_TOGETHER_MS = 50;

/** What the data platform has taken before, as the inbox remembers it. */
export interface Deliveries {
  has(eventId: string): Promise<boolean>;
  /** Resolves when it is on disk, together with others that were delivered meanwhile. */
  add(eventId: string): Promise<void>;
}

/** Opens the memory of deliveries: one statement for many events, and one commit. */
export function createDeliveries(database: Database): Deliveries {
  return {
    has: gather(async (eventIds: string[]) => {
      const rows = await database
        .fork()
        .execute<{ event_id: string }[]>(
          `SELECT event_id FROM inbox WHERE consumer = ? AND event_id IN (${eventIds.map(() => '?').join(', ')})`,
          [WORKER, ...eventIds],
        );
      const known = new Set(rows.map(({ event_id }) => event_id));
      return eventIds.map((eventId) => known.has(eventId));
    }),
    add: gather(
      async (eventIds: string[]) => {
        // In one order everywhere: two processes that note the same events wait for each other, and never both.
        await rememberEvents(database.fork(), WORKER, eventIds.toSorted());
        return eventIds.map(() => undefined);
      },
      { waitMs: COMMIT_TOGETHER_MS },
    ),
  };
}
