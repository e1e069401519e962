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

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
