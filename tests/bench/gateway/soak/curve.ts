import { table } from '../../report.ts';
import type { Sample } from './memory.ts';

const BAR_LENGTH = 40;

/** The samples, a line each, with the heap drawn as a bar. */
export function curve(what: string, samples: readonly Sample[]): string {
  const highest = Math.max(...samples.map(({ heapMb }) => heapMb));
  const rows = samples.map(({ done, heapMb, externalMb, residentMb }) => [
    String(done),
    '█'.repeat(Math.round((heapMb / highest) * BAR_LENGTH)),
    heapMb.toFixed(1),
    externalMb.toFixed(1),
    residentMb.toFixed(0),
  ]);
  return table([[what, 'heap', 'heap MB', 'external MB', 'RSS MB'], ...rows]);
}
