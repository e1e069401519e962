import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunningArm } from '../running-arm.ts';

/** What a gateway holds after a forced collection, at one point of a soak. */
export interface Sample {
  done: number;
  heapMb: number;
  /** Buffers and the like, outside of the heap. */
  externalMb: number;
  residentMb: number;
}

/** What may be added between the first sample that counts and the last; anything above is called a leak. */
export const BOUND = { heapMb: 10, residentMb: 64 };
/** Until then caches fill and the optimiser is at work. */
const WARM_SHARE = 0.25;

/** What node is told so that `settledMemory` can ask the gateway. */
export const settlingFlags = (port: number, how: '' | '&thoroughly' = '') => [
  '--expose-gc',
  `--import=${pathToFileURL(join(import.meta.dirname, 'settle.ts'))}?port=${port}${how}`,
];

/** Collects the gateway's garbage and measures what is left; what is resident includes the processes it has started. */
export async function settledMemory(gateway: RunningArm, port: number, done: number): Promise<Sample> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const { heapUsed, external } = (await response.json()) as NodeJS.MemoryUsage;
  return { done, heapMb: heapUsed / 2 ** 20, externalMb: external / 2 ** 20, residentMb: gateway.residentMb() };
}

/** By how much memory has grown since the gateway was warm, and whether that is within the bound. */
export function growth(samples: readonly Sample[]) {
  const total = samples.at(-1)?.done ?? 0;
  const counting = samples.filter(({ done }) => done >= total * WARM_SHARE);
  const [first, last] = [counting[0], counting.at(-1)];
  if (first === undefined || last === undefined) throw new Error('A soak without samples says nothing.');
  const heapMb = last.heapMb - first.heapMb;
  const residentMb = last.residentMb - first.residentMb;
  return { since: first.done, heapMb, residentMb, isBounded: heapMb <= BOUND.heapMb && residentMb <= BOUND.residentMb };
}
