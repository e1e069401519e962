import { setTimeout as pause } from 'node:timers/promises';
import type { RunFile } from '@shop/local';
import { eventually } from '@shop/testkit';
import { type AdminSql, openAdminSql } from './admin-sql.ts';
import { type Message, tapMessages } from './messages.ts';
import { countStatements, type StatementCounts } from './statements.ts';

/** What a two-line order with a coupon may cost: all databases, commands and events; no replies, no BEGIN/COMMIT. */
export const BUDGET = { statements: 34, messages: 10 } as const;

/** What one order costs on average when nothing else happens. */
export interface OrderCost {
  statements: number;
  messages: number;
  /** The costliest first. */
  byStatement: { statement: string; perOrder: number }[];
  /** By subject, without the id at its end. */
  bySubject: Record<string, number>;
  /** Of order.status-changed: the statuses that were told. */
  statusesTold: string[];
}

const IDLE_MS = 3_000;

/** Measures orders one after the other, less what the shop does anyway in the same time. */
export async function measureOrderCost(
  run: RunFile,
  place: () => Promise<unknown>,
  { orders = 10 }: { orders?: number } = {},
): Promise<OrderCost> {
  const admin = await openAdminSql(run);
  const tap = await tapMessages(run);
  try {
    await everythingDelivered(admin);
    const idle = await countStatements(admin, () => pause(IDLE_MS));
    tap.take();
    let elapsedMs = 0;
    const counts = await countStatements(admin, async () => {
      const startedAt = performance.now();
      for (let order = 0; order < orders; order++) await place();
      await everythingDelivered(admin);
      elapsedMs = performance.now() - startedAt;
    });
    const byStatement = perOrder(counts, idle, elapsedMs / IDLE_MS, orders);
    const heard = tap.take();
    return {
      statements: byStatement.reduce((sum, each) => sum + each.perOrder, 0),
      messages: heard.length / orders,
      byStatement,
      bySubject: countBySubject(heard, orders),
      statusesTold: statusesIn(heard),
    };
  } finally {
    await tap.close();
    await admin.close();
  }
}

/** Waits until every event has left its outbox and what concerns the data platform has reached it. */
export async function everythingDelivered(admin: AdminSql): Promise<void> {
  await eventually(
    async () => {
      const [left] = await admin.rows<{ events: number }>(
        `SELECT (SELECT COUNT(*) FROM shop_order.outbox_pending) + (SELECT COUNT(*) FROM shop_coupon.outbox_pending)
              + (SELECT COUNT(*) FROM
                  (SELECT event_id, type FROM shop_order.outbox_archive UNION ALL
                   SELECT event_id, type FROM shop_coupon.outbox_archive) AS event
                  WHERE type IN ('order.completed', 'order.cancelled', 'payment.completed', 'coupon.issued')
                    AND NOT EXISTS (SELECT 1 FROM shop_data_platform.inbox WHERE inbox.event_id = event.event_id))
                AS events`,
      );
      if (left?.events !== 0) throw new Error(`${left?.events} events are still on their way.`);
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
}

function perOrder(
  counts: StatementCounts,
  idle: StatementCounts,
  idleShare: number,
  orders: number,
): OrderCost['byStatement'] {
  return Array.from(counts, ([statement, count]) => ({
    statement,
    perOrder: Math.max(0, count - (idle.get(statement) ?? 0) * idleShare) / orders,
  }))
    .filter((each) => each.perOrder > 0)
    .sort((a, b) => b.perOrder - a.perOrder);
}

function countBySubject(heard: readonly Message[], orders: number): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { subject } of heard) {
    const kind = subject.replace(/\.[0-9a-f-]{36}$/, '');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries(Array.from(counts, ([kind, count]) => [kind, count / orders]));
}

function statusesIn(heard: readonly Message[]): string[] {
  const told = heard.filter(({ subject }) => subject.startsWith('order.status-changed.'));
  return [...new Set(told.map(({ payload }) => (JSON.parse(payload) as { data: { status: string } }).data.status))];
}

/** What is wrong with the cost of a two-line order with a coupon; nothing when it keeps to the budget. */
export function overBudget({ statements, messages, byStatement, bySubject, statusesTold }: OrderCost): string[] {
  const problems: string[] = [];
  if (statements > BUDGET.statements) {
    const list = byStatement.map(({ statement, perOrder }) => `\n  ${perOrder.toFixed(2)}  ${statement}`).join('');
    problems.push(`An order takes ${statements.toFixed(1)} statements, not ${BUDGET.statements}:${list}`);
  }
  if (messages > BUDGET.messages) {
    problems.push(`An order takes ${messages} messages, not ${BUDGET.messages}: ${JSON.stringify(bySubject)}`);
  }
  if ('product.changed' in bySubject) problems.push('Holds and confirms say product.changed, as if they were edits.');
  if (statusesTold.includes('PENDING')) problems.push('The status PENDING is told: nobody waits for it.');
  return problems;
}
