import { isDeepStrictEqual } from 'node:util';
import { generateLoad, percentile } from '../load.ts';
import type { Counts, Mocks } from './mocks/start.ts';
import type { Operation } from './operations.ts';
import type { RunningArm } from './running-arm.ts';

/** One operation sent to one gateway, and what has been measured of it so far. */
export interface Series {
  arm: RunningArm;
  operation: Operation;
  /** The answer, compared with that of graphql-js; each later one has to be the same text. */
  expected: string;
  /** Fetches of one request alone; under load there are as many, or requests share them and the comparison is unfair. */
  fetchesOfOne: number;
  seconds: number;
  cpuSeconds: number;
  latenciesMs: number[];
  fetches: number;
  representations: number;
  residentMb: number;
}

/** What one operation came to in one gateway. */
export interface Result {
  operation: string;
  arm: string;
  requests: number;
  cpuSecondsPer1000: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  residentMb: number;
  fetchesPerRequest: number;
  representationsPerRequest: number;
}

interface LoadOptions {
  clients: number;
  seconds: number;
  signal: AbortSignal;
}

/** Checks the answer against graphql-js on all the data at once, and warms up. */
export async function begin(
  arm: RunningArm,
  operation: Operation,
  options: LoadOptions & { mocks: Mocks },
): Promise<Series> {
  const expected = await arm.post(operation.body);
  const before = await options.mocks.counts();
  await arm.post(operation.body);
  const fetchesOfOne = (await options.mocks.counts()).fetches - before.fetches;
  const response = await fetch(options.mocks.wholeUrl, { method: 'POST', body: operation.body });
  const right = await response.json();
  if (!isDeepStrictEqual(JSON.parse(expected), right))
    throw new Error(`${arm.name} answers ${operation.name} wrongly: ${expected.slice(0, 1_000)}`);
  const none = { seconds: 0, cpuSeconds: 0, latenciesMs: [], fetches: 0, representations: 0, residentMb: 0 };
  const series: Series = { arm, operation, expected, fetchesOfOne, ...none };
  await generateLoad(() => once(series), options);
  return series;
}

export async function measureRound(
  series: Series,
  { mocks, ...options }: LoadOptions & { mocks: Mocks },
): Promise<void> {
  const { arm } = series;
  const before = await mocks.counts();
  const cpuBefore = arm.cpuSeconds();
  const load = await generateLoad(() => once(series), options);
  series.cpuSeconds += arm.cpuSeconds() - cpuBefore;
  addCounts(series, load.latenciesMs.length, before, await mocks.counts());
  series.seconds += load.seconds;
  series.latenciesMs.push(...load.latenciesMs);
  series.residentMb = arm.residentMb();
}

async function once({ arm, operation, expected }: Series): Promise<boolean> {
  const text = await arm.post(operation.body);
  // A gateway may put fields in another order under load, so the fast comparison is not the last word.
  if (text === expected || isDeepStrictEqual(JSON.parse(text), JSON.parse(expected))) return true;
  throw new Error(`${arm.name} answers ${operation.name} differently under load: ${text.slice(0, 1_000)}`);
}

function addCounts(series: Series, requests: number, before: Counts, after: Counts): void {
  const { arm, operation, fetchesOfOne } = series;
  const fetches = after.fetches - before.fetches;
  if (fetches !== requests * fetchesOfOne)
    throw new Error(
      `${arm.name} sent ${fetches} fetches for ${requests} × ${operation.name}, not ${fetchesOfOne} for each.`,
    );
  series.fetches += fetches;
  series.representations += after.representations - before.representations;
}

export function resultOf(series: Series): Result {
  const { latenciesMs } = series;
  const requests = latenciesMs.length;
  return {
    operation: series.operation.name,
    arm: series.arm.name,
    requests,
    cpuSecondsPer1000: (series.cpuSeconds / requests) * 1_000,
    requestsPerSecond: requests / series.seconds,
    p50Ms: percentile(latenciesMs, 50),
    p99Ms: percentile(latenciesMs, 99),
    residentMb: series.residentMb,
    fetchesPerRequest: series.fetches / requests,
    representationsPerRequest: series.representations / requests,
  };
}
