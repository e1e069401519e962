import { ConfigError, type Logger } from '@shop/service-kit';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { CallSubgraph } from './subgraph-call.ts';
import type { SubgraphPools } from './subgraph-pools.ts';
import { createSubgraphSource } from './subgraph-source.ts';

export interface SubgraphSourcesOptions {
  pools: SubgraphPools;
  /** By subgraph; these win over the addresses in the supergraph. */
  addresses: ReadonlyMap<string, string>;
  timeoutMs: number;
  log: Logger;
  metrics: GatewayMetrics;
}

/** What sends a supergraph's fetches to its subgraphs, by their names. */
export type SourcesOf = (supergraph: Supergraph) => CallSubgraph;

/** Makes it once for each supergraph. */
export function createSubgraphSources(options: SubgraphSourcesOptions): SourcesOf {
  const known = new WeakMap<Supergraph, CallSubgraph>();
  return (supergraph) => {
    const sources = known.get(supergraph) ?? sourcesOf(supergraph, options);
    known.set(supergraph, sources);
    return sources;
  };
}

function sourcesOf({ subgraphs }: Supergraph, { addresses, pools, ...options }: SubgraphSourcesOptions): CallSubgraph {
  const sources = new Map(
    subgraphs.map((subgraph) => {
      const url = subgraphUrl(subgraph, addresses);
      return [
        subgraph.name,
        createSubgraphSource({ ...options, name: subgraph.name, url, pool: () => pools.poolFor(url) }),
      ];
    }),
  );
  return (request, context) => {
    const source = sources.get(request.subgraph);
    if (source === undefined) throw new Error(`The plan names an unknown subgraph, ${request.subgraph}.`);
    return source(request, context);
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
