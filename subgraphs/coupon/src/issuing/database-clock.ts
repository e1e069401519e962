import type { Clock } from '@shop/kernel';
import type { Logger } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { databaseTime } from './database-time.ts';

const MEASURE_EVERY_MS = 10_000;
/** A measurement is off by half of what it took, at most. One that took longer waited for MySQL, or for a connection. */
const LONGEST_MEASUREMENT_MS = 200;

/** The database's time, by an offset that is measured now and then: processes' clocks differ, and a window has one. */
export async function createDatabaseClock(
  database: Database,
  log: Logger,
  measureEveryMs = MEASURE_EVERY_MS,
): Promise<Clock & { close(): void }> {
  // Until it is measured. To the steady clock, so that nothing moves when somebody sets the other one.
  let offsetMs = performance.timeOrigin;
  let isMeasured = false;

  async function measure(): Promise<void> {
    try {
      const sentAt = performance.now();
      const then = await databaseTime(database.fork());
      const tookMs = performance.now() - sentAt;
      if (isMeasured && tookMs > LONGEST_MEASUREMENT_MS) return;
      isMeasured = true;
      // It was read somewhere between sending and now.
      offsetMs = then.getTime() - (sentAt + tookMs / 2);
    } catch (error) {
      log.debug({ err: error }, "The database's clock could not be read; keeping the offset.");
    }
  }

  await measure();
  const timer = setInterval(() => void measure(), measureEveryMs).unref();
  return { now: () => new Date(Math.round(performance.now() + offsetMs)), close: () => clearInterval(timer) };
}
