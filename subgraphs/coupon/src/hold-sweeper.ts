import type { Bus } from '@shop/messaging';
import { type Logger, reasonOf } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { askOrderOutcome } from './events/order-outcome.ts';
import { forgetOldTombstones } from './use-cases/forget-old-tombstones.ts';
import { settleLateHolds } from './use-cases/settle-late-holds.ts';

export interface HoldSweeperOptions {
  database: Database;
  bus: Bus;
  everyMs: number;
  log: Logger;
}

/** Settles late holds every so often, one round at a time; every instance does, and meeting there does no harm. */
export function startHoldSweeper({ database, bus, everyMs, log }: HoldSweeperOptions): { close(): Promise<void> } {
  const outcomeOf = askOrderOutcome(bus, log);
  let timer: NodeJS.Timeout;
  let closed = false;
  let round = Promise.resolve();
  plan();

  function plan(): void {
    if (closed) return;
    timer = setTimeout(() => {
      round = sweep().then(plan);
    }, everyMs);
  }

  async function sweep(): Promise<void> {
    try {
      await settleLateHolds({ em: database.fork(), outcomeOf });
      await forgetOldTombstones({ em: database.fork() });
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'Late holds could not be settled; the next round tries again.');
    }
  }

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await round;
    },
  };
}
