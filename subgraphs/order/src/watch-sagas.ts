import type { EntityManager } from '@mikro-orm/mysql';
import { type Logger, type Metrics, startPeriodic } from '@shop/service-kit';

export interface SagaWatchOptions {
  fork: () => EntityManager;
  metrics: Metrics;
  log: Logger;
}

const EVERY_MS = 5_000;
// An order of last week that is cancelled now has only just begun to have something to do. Steps have their times as text.
const GOT_ON_AT = `GREATEST(created_at, COALESCE(completed_at, created_at), COALESCE(cancelled_at, created_at),
  COALESCE(CAST(LEFT(JSON_UNQUOTE(JSON_EXTRACT(steps, '$[last].at')), 23) AS DATETIME(3)), created_at))`;

/** Counts the orders that are not at their end, so that one that gets nowhere is seen. Orders that wait for their buyer do not count. */
export function startSagaWatch({ fork, metrics, log }: SagaWatchOptions): { close(): Promise<void> } {
  const open = metrics.gauge('shop_sagas_open', 'Orders that are not decided, or whose participants do not all know.');
  const oldest = metrics.gauge(
    'shop_saga_oldest_seconds',
    'Since the one of them that has stood still longest got on, or was placed.',
  );

  async function work(): Promise<void> {
    const [row] = await fork().execute<{ open: number; oldestMs: number | null }[]>(
      `SELECT COUNT(*) AS open, TIMESTAMPDIFF(MICROSECOND, MIN(${GOT_ON_AT}), UTC_TIMESTAMP(3)) / 1000 AS oldestMs
         FROM orders WHERE lease_until IS NOT NULL AND status <> 'AWAITING_PAYMENT'`,
    );
    open.set(Number(row?.open ?? 0));
    oldest.set(Number(row?.oldestMs ?? 0) / 1_000);
  }
  return startPeriodic({ name: 'watchSagas', everyMs: EVERY_MS, work, log, atOnce: true });
}
