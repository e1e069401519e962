import { table } from '../report.ts';
import { LIMIT, OURS } from './arms.ts';
import type { Result } from './measure.ts';

/** By arm, then by the number of clients. */
export type Results = Record<string, Record<string, Result>>;

const TARGET = { cpuUsPerDelivery: 12, kbPerClient: 15, timesTheLimit: 1.5 };

const COLUMNS: readonly (readonly [string, (result: Result) => string])[] = [
  ['CPU µs/delivery', (each) => each.cpuUsPerDelivery.toFixed(1)],
  ['KB/client', (each) => each.kbPerClient.toFixed(1)],
  ['on the heap', (each) => each.heapKbPerClient.toFixed(1)],
  ['last ms', (each) => each.lastClientMs.toFixed(1)],
  ['storm ms', (each) => each.stormMs.toFixed(0)],
  ['CPU ms/return', (each) => each.stormCpuMsPerClient.toFixed(2)],
  ['heap KB left', (each) => each.heapKbLeftPerClient.toFixed(1)],
];

export function resultsTable(results: Results): string {
  const rows = Object.entries(results).flatMap(([arm, bySize]) =>
    Object.entries(bySize).map(([clients, each]) => [clients, arm, ...COLUMNS.map(([, textOf]) => textOf(each))]),
  );
  rows.sort(([one], [other]) => Number(one) - Number(other));
  return table([['clients', 'server', ...COLUMNS.map(([title]) => title)], ...rows]);
}

/** Our figures beside their targets, and beside those of the others in the same run, as machines differ. */
export function verdicts(results: Results): string[] {
  return Object.entries(results[OURS] ?? {}).flatMap(([clients, ours]) => {
    const limit = results[LIMIT]?.[clients];
    const others = Object.entries(results).filter(([arm]) => arm !== OURS);
    const beside = others.flatMap(([arm, bySize]) => {
      const theirs = bySize[clients];
      return theirs ? [`${arm} ${(theirs.cpuUsPerDelivery / ours.cpuUsPerDelivery).toFixed(2)} ×`] : [];
    });
    const { cpuUsPerDelivery: cpu, kbPerClient: kb, lastClientMs: last } = ours;
    const lines = [
      `${mark(cpu <= TARGET.cpuUsPerDelivery)} ${clients} clients: ${cpu.toFixed(1)} µs of CPU for a delivery ` +
        `(target ${TARGET.cpuUsPerDelivery})${beside.length > 0 ? `; others take of it: ${beside.join(', ')}` : ''}`,
      `${mark(kb <= TARGET.kbPerClient)} ${clients} clients: ${kb.toFixed(1)} KB each (target ${TARGET.kbPerClient})`,
    ];
    if (limit === undefined) return lines;
    const times = last / limit.lastClientMs;
    const verdict = mark(times <= TARGET.timesTheLimit);
    lines.push(
      `${verdict} ${clients} clients: the last is told after ${times.toFixed(2)} × the limit (target ${TARGET.timesTheLimit})`,
    );
    return lines;
  });
}

function mark(isMet: boolean): string {
  return isMet ? '✓' : '✗';
}
