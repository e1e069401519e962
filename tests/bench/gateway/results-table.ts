import { table } from '../report.ts';
import { FLOOR, HIVE_RUST, OURS, VANILLA } from './arms.ts';
import type { Result } from './measure.ts';
import type { Operation } from './operations.ts';

export function resultsTable(results: readonly Result[]): string {
  const rows = results.map((each) => [
    each.operation,
    each.arm,
    each.cpuSecondsPer1000.toFixed(3),
    each.requestsPerSecond.toFixed(0),
    each.p50Ms.toFixed(2),
    each.p99Ms.toFixed(2),
    each.residentMb.toFixed(0),
    each.fetchesPerRequest.toFixed(1),
    each.representationsPerRequest.toFixed(0),
  ]);
  const header = ['operation', 'gateway', 'CPU s/1,000', 'req/s', 'p50 ms', 'p99 ms', 'RSS MB', 'fetches', 'entities'];
  return table([header, ...rows]);
}

/** Our figures beside their targets, and beside those of the others in the same run, as machines differ. */
export function verdicts(results: readonly Result[], operations: readonly Operation[]): string[] {
  return operations.flatMap(({ name, target }) => {
    const cpuOf = (arm: string) =>
      results.find((each) => each.operation === name && each.arm === arm)?.cpuSecondsPer1000;
    const ours = cpuOf(OURS);
    if (ours === undefined) return [];
    const ratios = [VANILLA, HIVE_RUST].flatMap((arm) => {
      const theirs = cpuOf(arm);
      return theirs === undefined ? [] : [`${(theirs / ours).toFixed(1)} × less than ${arm}`];
    });
    const floor = cpuOf(FLOOR);
    if (floor !== undefined) ratios.push(`${(ours / floor).toFixed(1)} × the floor`);
    const verdict = ours <= target ? '✓' : '✗';
    return [
      `${verdict} ${name}: ${ours.toFixed(3)} CPU s/1,000 (target ${target})${ratios.map((r) => `, ${r}`).join('')}`,
    ];
  });
}
