import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ConfigError, type Logger, reasonOf } from '@shop/service-kit';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { readSupergraph, type Supergraph } from './supergraph.ts';

const POLL_MS = 1_000;

export interface SupergraphFile {
  current(): Supergraph;
  /** Called with every supergraph that takes over; the first one is there already. */
  onChange(listener: (supergraph: Supergraph) => void): () => void;
  /** Why the newest version of the file is not the one being served. */
  refusal(): string | null;
  close(): void;
}

/**
 * Reads the supergraph and follows its file; one that cannot be served is refused, and the one before goes on serving.
 * Throws ConfigError when there is none to begin with.
 */
export async function openSupergraphFile(
  path: string,
  { log, metrics }: { log: Logger; metrics: GatewayMetrics },
): Promise<SupergraphFile> {
  const listeners = new Set<(supergraph: Supergraph) => void>();
  let refusal: string | null = null;
  let current = await readSupergraphFrom(path).catch((error: unknown) => {
    throw new ConfigError(`SUPERGRAPH_PATH: ${path} holds no supergraph that can be served: ${reasonOf(error)}`);
  });
  metrics.supergraphLoads.inc({ outcome: 'loaded' });

  async function reload(): Promise<void> {
    try {
      const next = await readSupergraphFrom(path);
      refusal = null;
      if (next.id === current.id) return;
      current = next;
      for (const listener of listeners) listener(next);
      metrics.supergraphLoads.inc({ outcome: 'loaded' });
      log.info({ supergraph: next.id }, 'Serving a new supergraph.');
    } catch (error) {
      refusal = `the file holds no supergraph that can be served, the one before it goes on: ${reasonOf(error)}`;
      metrics.supergraphLoads.inc({ outcome: 'refused' });
      log.error({ err: error, path }, 'The new supergraph was refused; the old one goes on serving.');
    }
  }

  // Polling also sees a file that is replaced by rename or mounted into a container, where fs.watch goes deaf.
  const follow = () => void reload();
  watchFile(path, { interval: POLL_MS }, follow);

  return {
    current: () => current,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    refusal: () => refusal,
    close: () => unwatchFile(path, follow),
  };
}

async function readSupergraphFrom(path: string): Promise<Supergraph> {
  return readSupergraph(await readFile(path, 'utf8'));
}
