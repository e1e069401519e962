import { CannotRun, type Option, type ValuesOf } from '../command.ts';
import { daysBefore, daysIn } from './days.ts';
import type { Usage, UsedOperation } from './usage.ts';

/** Flags of every command that looks at recorded usage: what of it counts. */
export const USAGE_LIMITS = {
  'min-requests': {
    type: 'string',
    default: '1',
    value: '<n>',
    description: 'a part of the schema is in use from so many recorded requests on',
  },
  period: {
    type: 'string',
    value: '<30d>',
    description: 'only what was seen in so many days (d) or weeks (w) before the recording ended',
  },
  'exclude-client': {
    type: 'string',
    multiple: true,
    default: [],
    value: '<name[@version]>',
    description: 'as if this client had asked nothing; may be given several times',
  },
} as const satisfies Record<string, Option>;

/** What of a recording counts. */
export interface UsageLimits {
  minRequests: number;
  /** Null for all that was recorded. */
  periodDays: number | null;
  /** `name`, or `name@version`. */
  excludedClients: readonly string[];
}

/** Reads the flags. Throws CannotRun. */
export function usageLimits(values: ValuesOf<typeof USAGE_LIMITS>): UsageLimits {
  const requests = values['min-requests'];
  if (!/^[1-9]\d{0,14}$/.test(requests)) {
    throw new CannotRun(`--min-requests ${requests} is no number of requests: write 1 or more.`);
  }
  return {
    minRequests: Number(requests),
    periodDays: values.period === undefined ? null : daysIn(values.period),
    excludedClients: values['exclude-client'],
  };
}

/**
 * What is left of a recording within limits. Requests are counted for each coordinate over all operations, since clients
 * that write values into their texts send each text once. The period ends with the recording, so that an old file does
 * not make everything look unused. What was recorded without telling clients apart is nobody's to exclude.
 */
export function usageWithin(usage: Usage, { minRequests, periodDays, excludedClients }: UsageLimits): Usage {
  const { recordedFrom, recordedTo } = usage;
  const since = periodDays === null ? recordedFrom : latest(recordedFrom, daysBefore(recordedTo, periodDays - 1));
  const counting = usage.operations.filter(
    (operation) => operation.lastSeen >= since && !isExcluded(operation, excludedClients),
  );
  const requests = new Map<string, number>();
  for (const operation of counting) {
    for (const coordinate of operation.coordinates) {
      requests.set(coordinate, (requests.get(coordinate) ?? 0) + operation.requests);
    }
  }
  const isUsed = (coordinate: string) => (requests.get(coordinate) ?? 0) >= minRequests;
  const operations = counting.flatMap((operation) => {
    const coordinates = operation.coordinates.filter(isUsed);
    return coordinates.length === 0 ? [] : [{ ...operation, coordinates }];
  });
  return { ...usage, recordedFrom: since, operations };
}

function latest(...days: [string, ...string[]]): string {
  return days.sort().at(-1) ?? days[0];
}

function isExcluded({ hash, client: { name, version } }: UsedOperation, excluded: readonly string[]): boolean {
  if (hash === null || name === null) return false;
  return excluded.includes(name) || excluded.includes(`${name}@${version ?? ''}`);
}
