import { percentile } from '../load.ts';
import { table, totalOf } from '../report.ts';
import type { Arm } from './arms.ts';

/** What was measured, with its CPU for each 1,000 requests. */
export interface ArmResult {
  what: string;
  door: string;
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuSecondsPer1000: Record<string, number>;
}

/** What the issue asks for, and what came of it. */
export interface Target {
  target: string;
  measured: string;
  isMet: boolean;
}

// Processes that have no part in coupons only poll.
const BYSTANDERS = new Set(['product', 'order', 'stand-ins']);

export function resultOf({ what, door, requests, seconds, latenciesMs, cpu }: Arm): ArmResult {
  const per1000: Record<string, number> = {};
  for (const [name, used] of Object.entries(cpu)) {
    const column = BYSTANDERS.has(name) ? 'others' : name;
    per1000[column] = (per1000[column] ?? 0) + (used / requests) * 1_000;
  }
  return {
    ...{ what, door, requests, perSecond: requests / seconds },
    ...{ p50Ms: percentile(latenciesMs, 50), p99Ms: percentile(latenciesMs, 99) },
    cpuSecondsPer1000: per1000,
  };
}

export function armTables(results: readonly ArmResult[]): string {
  const rates = results.map(({ what, door, requests, perSecond, p50Ms, p99Ms, cpuSecondsPer1000 }) => [
    ...[what, door, String(requests), perSecond.toFixed(0), p50Ms.toFixed(1), p99Ms.toFixed(1)],
    totalOf(cpuSecondsPer1000).toFixed(2),
  ]);
  const processes = Object.keys(results[0]?.cpuSecondsPer1000 ?? {});
  const cpu = results.map(({ what, door, cpuSecondsPer1000 }) => [
    ...[what, door],
    ...processes.map((name) => (cpuSecondsPer1000[name] ?? 0).toFixed(3)),
  ]);
  return [
    table([['', 'at', 'requests', 'per second', 'p50 ms', 'p99 ms', 'CPU s/1,000'], ...rates]),
    table([['CPU s/1,000', 'at', ...processes], ...cpu]),
  ].join('\n\n');
}

/** Compares within the run: ratios hold on a machine that others use too, rates do not. */
export function targetsOf(results: readonly ArmResult[]): Target[] {
  const find = (what: string, door: string) => results.find((each) => each.what === what && each.door === door);
  const rateOf = (door: string) => find('issue', door)?.perSecond ?? Number.NaN;
  const timesLiteral = ['gateway', 'subgraph'].map((door): Target => {
    const times = rateOf(door) / rateOf(`literal ${door}`);
    return {
      target: `issue at the ${door} ≥ 10 × the literal flow there`,
      measured: times.toFixed(1),
      isMet: times >= 10,
    };
  });
  const asCheap = ['gateway', 'subgraph'].map((door): Target => {
    const cpuOf = (what: string) => totalOf(find(what, door)?.cpuSecondsPer1000 ?? {});
    const ratio = cpuOf('sold out') / cpuOf('cheapest');
    return {
      target: `sold out at the ${door} ≤ 1.3 × the CPU of its cheapest authenticated query`,
      measured: ratio.toFixed(2),
      isMet: ratio <= 1.3,
    };
  });
  const quick = results
    .filter(({ what }) => what.includes('steady'))
    .map(
      ({ what, door, p99Ms }): Target => ({
        target: `${what} at the ${door}: p99 < 50 ms`,
        measured: p99Ms.toFixed(1),
        isMet: p99Ms < 50,
      }),
    );
  return [...timesLiteral, ...asCheap, ...quick];
}
