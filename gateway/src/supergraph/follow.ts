import { setTimeout as pause } from 'node:timers/promises';
import { type Logger, reasonOf } from '@shop/service-kit';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { SupergraphSource } from './supergraph-source.ts';

export interface FollowOptions {
  source: SupergraphSource;
  /** Takes what is new. */
  offer(text: string): void;
  log: Logger;
  metrics: GatewayMetrics;
}

export interface Following {
  /** The text now. Rejects when it cannot be had. */
  first(): Promise<string>;
  /** Looks for others from now on. */
  begin(): void;
  /** Why the last look failed. */
  outage(): string | null;
  close(): Promise<void>;
}

/** Looks at a source again and again; one that cannot be reached is said in the log when that begins. */
export function follow({ source, offer, log, metrics }: FollowOptions): Following {
  const closing = new AbortController();
  const { signal } = closing;
  let failures = 0;
  let outage: string | null = null;
  let rounds = Promise.resolve();

  async function look(): Promise<string | null> {
    try {
      const text = await source.look(signal);
      metrics.supergraphLooks.inc({ outcome: text === null ? 'unchanged' : 'new' });
      if (failures > 0) log.info({ source: source.name }, 'The source of the supergraph is there again.');
      failures = 0;
      outage = null;
      return text;
    } catch (error) {
      if (signal.aborted) return null;
      outage = `${source.name} cannot be read: ${causeOf(error)}`;
      if (failures === 0) log.warn({ source: source.name, reason: causeOf(error) }, 'The supergraph cannot be read.');
      failures += 1;
      metrics.supergraphLooks.inc({ outcome: 'failed' });
      throw error;
    }
  }

  async function goOn(): Promise<void> {
    while (!signal.aborted) {
      // Fails when this is closed, and only then.
      await pause(source.pauseMs(failures), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const text = await look().catch(() => null);
      if (text !== null) offer(text);
    }
  }

  return {
    async first() {
      const text = await look();
      if (text === null) throw new Error('The first look found nothing.');
      return text;
    },
    begin() {
      rounds = goOn();
    },
    outage: () => outage,
    async close() {
      closing.abort();
      await rounds;
    },
  };
}

/** `fetch` says "fetch failed", and why in the cause. */
function causeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return reasonOf(cause ?? error);
}
