import type { Bus } from './bus.ts';

/** Whether the NATS this process is connected to is of this version (`2.10`, `2.12.1`) or a later one. */
export function isServerAtLeast(bus: Bus, wanted: string): boolean {
  return isAtLeast(bus.connection.info?.version ?? '', wanted);
}

/**
 * Whether it takes many messages together and knows each by its id afterwards. 2.12.0 has batches, and no ids in them:
 * https://github.com/nats-io/nats-server/pull/7391.
 */
export function hasBatches(bus: Bus): boolean {
  return isServerAtLeast(bus, '2.12.1');
}

/** Compares versions number by number; what is said after them (`-RC.1`) is passed over. */
export function isAtLeast(version: string, wanted: string): boolean {
  const parts = numbersIn(version);
  for (const [at, part] of numbersIn(wanted).entries()) {
    const own = parts[at] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

function numbersIn(version: string): number[] {
  return version.split('.', 3).map((part) => Number.parseInt(part, 10) || 0);
}
