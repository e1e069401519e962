import type { EntityManager } from '@mikro-orm/mysql';
import { type Logger, type Metrics, startPeriodic } from '@shop/service-kit';
import { verifyLedger } from './use-cases/verify-ledger.ts';

export interface LedgerWatchOptions {
  fork: () => EntityManager;
  everyMs: number;
  metrics: Metrics;
  log: Logger;
}

/** Verifies the ledger again and again. It mends nothing: what is wrong with money is for people to look at. */
export function startLedgerWatch({ fork, everyMs, metrics, log }: LedgerWatchOptions): { close(): Promise<void> } {
  const differences = metrics.gauge('shop_points_ledger_differences', 'Contradictions the last check of points found.');
  // Without it a check that no longer runs would look like one that finds nothing.
  const checkedAt = metrics.gauge('shop_points_ledger_checked_timestamp_seconds', 'When points were last checked.');

  async function work(): Promise<void> {
    const report = await verifyLedger(fork);
    differences.set(report.differences.length);
    checkedAt.setToCurrentTime();
    for (const difference of report.differences.slice(0, 10)) {
      log.error({ action: 'verifyLedger', ...difference }, 'The points ledger contradicts itself.');
    }
  }
  return startPeriodic({ name: 'verifyLedger', everyMs, work, log });
}
