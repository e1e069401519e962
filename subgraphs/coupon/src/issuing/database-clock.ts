import type { Clock } from '@shop/kernel';
import type { Logger } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { databaseTime } from './database-time.ts';

const MEASURE_EVERY_MS = 10_000;

/** The database's time, by an offset that is measured now and then: processes' clocks differ, and a window has one. */
export async function createDatabaseClock(database: Database, log: Logger): Promise<Clock & { close(): void }> {
  let offsetMs = 0;

  async function measure(): Promise<void> {
    try {
      const sentAt = Date.now();
      const then = await databaseTime(database.fork());
      // It was read somewhere between sending and now.
      offsetMs = Math.round(then.getTime() - (sentAt + Date.now()) / 2);
    } catch (error) {
      log.debug({ err: error }, "The database's clock could not be read; keeping the offset.");
    }
  }

  await measure();
  const timer = setInterval(() => void measure(), MEASURE_EVERY_MS).unref();
  return { now: () => new Date(Date.now() + offsetMs), close: () => clearInterval(timer) };
}
