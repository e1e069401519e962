import { setTimeout as pause } from 'node:timers/promises';

/** What a while of load came to. */
export interface Load {
  seconds: number;
  latenciesMs: number[];
}

/**
 * So many clients repeat `work`, each beginning the next when the last is answered, until time is up or `work` says
 * false. A throw ends all of it.
 */
export async function generateLoad(
  work: (client: number) => Promise<boolean>,
  { clients, seconds, signal }: { clients: number; seconds: number; signal: AbortSignal },
): Promise<Load> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  async function repeat(client: number): Promise<void> {
    while (performance.now() < endsAt) {
      signal.throwIfAborted();
      const begunAt = performance.now();
      if (!(await work(client))) return;
      latenciesMs.push(performance.now() - begunAt);
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, client) => repeat(client)));
  return { seconds: (performance.now() - startedAt) / 1_000, latenciesMs };
}

/**
 * So many clients send `perSecond` requests between them, each at its own times whether or not the last was quick: a
 * latency counts from when its request was due, so that a stall is not hidden by the requests it kept from being sent.
 */
export async function generateSteadyLoad(
  work: (client: number) => Promise<boolean>,
  { clients, perSecond, seconds, signal }: { clients: number; perSecond: number; seconds: number; signal: AbortSignal },
): Promise<Load> {
  const latenciesMs: number[] = [];
  const everyMs = (clients * 1_000) / perSecond;
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  async function repeat(client: number): Promise<void> {
    for (let dueAt = startedAt + Math.random() * everyMs; dueAt < endsAt; dueAt += everyMs) {
      signal.throwIfAborted();
      await pause(Math.max(0, dueAt - performance.now()));
      if (!(await work(client))) return;
      latenciesMs.push(performance.now() - dueAt);
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, client) => repeat(client)));
  return { seconds: (performance.now() - startedAt) / 1_000, latenciesMs };
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
