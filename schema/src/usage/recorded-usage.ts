import type { DailyTallies, DailyTally } from '@shop/redis';
import { z } from 'zod';
import type { Usage, UsedOperation } from './usage.ts';

/** Under which gateways with RECORD_USAGE keep what they count. */
export const USAGE_KEY = 'gateway:usage';

/** What a gateway says of an operation. */
const recordedOperation = z.object({
  name: z.string().nullable(),
  hash: z.string().nullable(),
  coordinates: z.array(z.string()),
});

/** Adds up what was recorded on some days, which are in order; null when it is nothing. */
export async function recordedUsage(
  tallies: Pick<DailyTallies, 'read'>,
  days: readonly string[],
): Promise<Usage | null> {
  const operations = new Map<string, UsedOperation & { found: Set<string> }>();
  const recorded: string[] = [];
  for (const day of days) {
    const subjects = await tallies.read(day);
    if (subjects.size > 0) recorded.push(day);
    for (const subject of subjects.values()) addDay(operations, day, subject);
  }
  const [recordedFrom, recordedTo] = [recorded[0], recorded.at(-1)];
  if (recordedFrom === undefined || recordedTo === undefined) return null;
  const all = [...operations.values()].map(({ found, ...operation }) => ({
    ...operation,
    coordinates: [...found].sort(),
  }));
  return { version: 1, recordedFrom, recordedTo, operations: all.sort(byRequests) };
}

function addDay(
  operations: Map<string, UsedOperation & { found: Set<string> }>,
  day: string,
  { about, marks, counts }: DailyTally,
): void {
  const { name, hash, coordinates } = recordedOperation.parse(JSON.parse(about));
  for (const [app, requests] of counts) {
    const [clientName, clientVersion] = app.split('\n');
    const client = { name: clientName || null, version: clientVersion || null };
    const key = JSON.stringify([name, hash, client]);
    const before = operations.get(key);
    const found = before?.found ?? new Set<string>();
    for (const coordinate of [...coordinates, ...marks]) found.add(coordinate);
    const total = (before?.requests ?? 0) + requests;
    operations.set(key, { name, hash, client, requests: total, lastSeen: day, coordinates: [], found });
  }
}

/** What is asked most comes first; the rest of the order is only there so that there is one. */
function byRequests(one: UsedOperation, other: UsedOperation): number {
  return other.requests - one.requests || (keyOf(one) < keyOf(other) ? -1 : 1);
}

function keyOf({ name, hash, client }: UsedOperation): string {
  return JSON.stringify([name, hash, client.name, client.version]);
}
