import { arch, cpus, totalmem } from 'node:os';
import type { CpuSeconds } from './cpu.ts';
import type { OrderCost } from './order-cost.ts';

/** What one scenario came to in one shop. */
export interface Result {
  shop: string;
  scenario: string;
  orders: number;
  ordersPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuSecondsPer1000Orders: CpuSeconds;
  cost: OrderCost;
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim()} (${arch()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}

export function tables(results: readonly Result[]): string {
  const overview = [
    ['scenario', 'shop', 'orders/s', 'p50 ms', 'p99 ms', 'CPU s/1,000', 'SQL/order', 'NATS/order'],
    ...results.map((each) => [
      each.scenario,
      each.shop,
      each.ordersPerSecond.toFixed(1),
      each.p50Ms.toFixed(0),
      each.p99Ms.toFixed(0),
      totalOf(each.cpuSecondsPer1000Orders).toFixed(1),
      each.cost.statements.toFixed(1),
      each.cost.messages.toFixed(1),
    ]),
  ];
  const processes = Object.keys(results[0]?.cpuSecondsPer1000Orders ?? {});
  const cpu = [
    ['CPU s/1,000 orders', 'shop', ...processes],
    ...results.map((each) => [
      each.scenario,
      each.shop,
      ...processes.map((name) => (each.cpuSecondsPer1000Orders[name] ?? 0).toFixed(2)),
    ]),
  ];
  return processes.length === 0 ? table(overview) : `${table(overview)}\n\n${table(cpu)}`;
}

/** Of everything but the load generator, which no shop has. */
export function totalOf(cpu: CpuSeconds): number {
  return Object.entries(cpu).reduce((sum, [name, seconds]) => sum + (name === 'load generator' ? 0 : seconds), 0);
}

/** Columns side by side: the first two are words, the others numbers. */
export function table(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}
