import { type Closable, createCloser, type Logger, type Metrics, startPeriodic } from '@shop/service-kit';
import type { DatabaseSettings } from '@shop/subgraph-kit';
import { openUserDatabase } from './db/open-user-database.ts';
import { verifyLedger } from './use-cases/verify-ledger.ts';

export interface LedgerWatchOptions {
  settings: DatabaseSettings;
  everyMs: number;
  metrics: Metrics;
  log: Logger;
}

/**
 * Verifies the ledger again and again. It mends nothing: what is wrong with money is for people to look at. To add it up
 * takes minutes, longer than the connections of requests are given, so it has one of its own.
 */
export async function startLedgerWatch(options: LedgerWatchOptions): Promise<Closable> {
  const { everyMs, metrics, log } = options;
  const differences = metrics.gauge('shop_points_ledger_differences', 'Contradictions the last check of points found.');
  // Without it a check that no longer runs would look like one that finds nothing.
  const checkedAt = metrics.gauge('shop_points_ledger_checked_timestamp_seconds', 'When points were last checked.');

  const settings = { ...options.settings, DATABASE_MIGRATE: false, DATABASE_POOL_SIZE: 2 };
  const closing = createCloser();
  const database = closing.add(await openUserDatabase({ settings, log, patience: { answerSeconds: 3_600 } }));

  async function work(): Promise<void> {
    const report = await verifyLedger(database.fork);
    differences.set(report.differences.length);
    checkedAt.setToCurrentTime();
    for (const difference of report.differences.slice(0, 10)) {
      log.error({ action: 'verifyLedger', ...difference }, 'The points ledger contradicts itself.');
    }
  }
  closing.add(startPeriodic({ name: 'verifyLedger', everyMs, work, log }));
  return closing;
}
