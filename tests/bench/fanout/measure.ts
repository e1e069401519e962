import { percentile } from '../load.ts';
import type { Crowd } from './crowd.ts';
import type { Events } from './events.ts';
import type { RunningArm } from './running-arm.ts';

/** What one arm came to with so many clients. */
export interface Result {
  /** User and system time of the server for one message to one client. */
  cpuUsPerDelivery: number;
  /** What the server has more in memory, garbage collected. */
  kbPerClient: number;
  /** What of it is on the heap. */
  heapKbPerClient: number;
  /** From the publishing of an event until the last client has it; the median. */
  lastClientMs: number;
  /** From the moment all connections break until all clients are told of events again. */
  stormMs: number;
  /** What the server does for one client that comes back. */
  stormCpuMsPerClient: number;
  /** What the server still has on its heap for each client that was there. */
  heapKbLeftPerClient: number;
}

/** What has been measured of one arm so far. */
export interface Series {
  arm: RunningArm;
  cpuSeconds: number;
  lastClientMs: number[];
  memory: Pick<
    Result,
    'kbPerClient' | 'heapKbPerClient' | 'stormMs' | 'stormCpuMsPerClient' | 'heapKbLeftPerClient'
  > | null;
}

interface Round {
  crowd: Crowd;
  events: Events;
  clients: number;
  /** How many are told in a round. */
  count: number;
}

const WARM_UP = { clients: 200, count: 50 };

/** Connections and events enough for the code to be compiled, and the heap to have grown, before anything counts. */
export async function warmUp(arm: RunningArm, { crowd, events }: Pick<Round, 'crowd' | 'events'>): Promise<Series> {
  await crowd.come(arm.port, WARM_UP.clients);
  await events.tellUntilHeard(crowd);
  for (let i = 0; i < WARM_UP.count; i++) await events.tell(crowd);
  await crowd.leave();
  return { arm, cpuSeconds: 0, lastClientMs: [], memory: null };
}

export async function measureRound(series: Series, { crowd, events, clients, count }: Round): Promise<void> {
  const { arm } = series;
  const isFirst = series.memory === null;
  const empty = isFirst ? await arm.settled() : null;
  await crowd.come(arm.port, clients);
  await events.tellUntilHeard(crowd);
  // A collection this thorough takes compiled code with it.
  if (isFirst) for (let i = 0; i < count; i++) await events.tell(crowd);
  const cpuBefore = arm.cpuSeconds();
  for (let i = 0; i < count; i++) series.lastClientMs.push(await events.tell(crowd));
  series.cpuSeconds += arm.cpuSeconds() - cpuBefore;

  const full = isFirst ? await arm.settled() : null;
  const storm = isFirst ? await measureStorm(arm, { crowd, events, clients }) : null;
  await crowd.leave();
  if (empty === null || full === null || storm === null) return;
  // Servers see that clients have left after these have, so it is asked until it stands still.
  let left = await arm.settled();
  for (let next = await arm.settled(); next.heapKb < left.heapKb - 1; next = await arm.settled()) left = next;
  const kbPerClient = (full.residentKb - empty.residentKb) / clients;
  const heapKbPerClient = (full.heapKb - empty.heapKb) / clients;
  series.memory = {
    ...storm,
    kbPerClient,
    heapKbPerClient,
    heapKbLeftPerClient: (left.heapKb - empty.heapKb) / clients,
  };
}

async function measureStorm(arm: RunningArm, { crowd, events, clients }: Omit<Round, 'count'>) {
  // A cursor of now: who comes back is told of nothing that was measured before.
  await events.tellUntilHeard(crowd);
  const cpuBefore = arm.cpuSeconds();
  const at = performance.now();
  await crowd.comeBack(arm.port);
  await events.tellUntilHeard(crowd);
  const stormMs = performance.now() - at;
  return { stormMs, stormCpuMsPerClient: ((arm.cpuSeconds() - cpuBefore) * 1_000) / clients };
}

export function resultOf({ cpuSeconds, lastClientMs, memory }: Series, clients: number): Result {
  if (memory === null) throw new Error('Nothing has been measured.');
  const deliveries = lastClientMs.length * clients;
  const figures = { cpuUsPerDelivery: (cpuSeconds * 1e6) / deliveries, lastClientMs: percentile(lastClientMs, 50) };
  return { ...figures, ...memory };
}
