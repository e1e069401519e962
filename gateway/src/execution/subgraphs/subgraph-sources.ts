import { ConfigError, type Logger, type Metrics } from '@shop/service-kit';
import type { GatewayMetrics } from '../../observability/gateway-metrics.ts';
import { createCarefulSender } from '../../resilience/careful-sender.ts';
import type { ResilienceSettings } from '../../resilience/resilience-settings.ts';
import { shareReads } from '../../resilience/shared-reads.ts';
import { createSubgraphConditions, type SubgraphConditions } from '../../resilience/subgraph-conditions.ts';
import type { Supergraph } from '../../supergraph/supergraph.ts';
import type { CallSubgraph } from './subgraph-call.ts';
import type { SubgraphPools } from './subgraph-pools.ts';
import { createSubgraphSource } from './subgraph-source.ts';

export interface SubgraphSourcesOptions extends ResilienceSettings {
  pools: SubgraphPools;
  /** By subgraph; these win over the addresses in the supergraph. */
  addresses: ReadonlyMap<string, string>;
  log: Logger;
  metrics: GatewayMetrics;
  allMetrics: Metrics;
}

/** What sends a supergraph's fetches to its subgraphs, by their names. */
export type SourcesOf = (supergraph: Supergraph) => CallSubgraph;

/** Makes it once for each supergraph. */
export function createSubgraphSources(options: SubgraphSourcesOptions): SourcesOf {
  const known = new WeakMap<Supergraph, CallSubgraph>();
  const conditions = createSubgraphConditions(options, { log: options.log, metrics: options.allMetrics });
  return (supergraph) => {
    const sources = known.get(supergraph) ?? sourcesOf(supergraph, conditions, options);
    known.set(supergraph, sources);
    return sources;
  };
}

function sourcesOf(
  supergraph: Supergraph,
  conditions: SubgraphConditions,
  { addresses, pools, log, metrics, ...settings }: SubgraphSourcesOptions,
): CallSubgraph {
  const subgraphs = supergraph.subgraphs.map(({ name, url }) => ({ name, url: subgraphUrl({ name, url }, addresses) }));
  conditions.keep(subgraphs);
  const sources = new Map(
    subgraphs.map(({ name, url }) => {
      const carefully = createCarefulSender({
        pool: () => pools.poolFor(url),
        condition: conditions.of(name, url),
        timeoutMs: settings.timeouts.get(name) ?? settings.timeoutMs,
        maxAnswerBytes: settings.maxAnswerBytes,
        onRetry: () => metrics.subgraphRetries.inc({ subgraph: name }),
      });
      const send = settings.sharesReads ? shareReads(carefully) : carefully;
      return [name, createSubgraphSource({ name, url, send, log, metrics })];
    }),
  );
  return (request, context, endsAt) => {
    const source = sources.get(request.subgraph);
    if (source === undefined) throw new Error(`The plan names an unknown subgraph, ${request.subgraph}.`);
    return source(request, context, endsAt);
  };
}

/** Where a subgraph is. Throws ConfigError when neither the supergraph nor the settings say. */
export function subgraphUrl({ name, url }: { name: string; url: string }, addresses: ReadonlyMap<string, string>): URL {
  const address = addresses.get(name) ?? url;
  if (URL.canParse(address)) return new URL(address);
  throw new ConfigError(
    `The supergraph has no address for the subgraph ${name}; set one in SUBGRAPH_URLS (${name}=http://…).`,
  );
}
