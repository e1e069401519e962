import type { Supergraph } from '../supergraph/supergraph.ts';
import type { EventSource } from './event-source.ts';

/**
 * A readiness check that fails until every stream the supergraph declares has been seen once: a stream missing at start
 * is a deployment's mistake. One that is lost later is an outage, and no reason to stop serving everything else.
 */
export function declaredStreamsCheck(supergraph: () => Supergraph, source: EventSource): () => Promise<string | null> {
  const seen = new Set<string>();
  return async () => {
    const declared = new Set([...supergraph().eventStreams.values()].map(({ stream }) => stream));
    for (const stream of declared) {
      if (seen.has(stream)) continue;
      if (!(await source.hasStream(stream))) return `the stream ${stream} does not exist`;
      seen.add(stream);
    }
    return null;
  };
}
