import type { ServiceMap } from '@apollo/gateway';
import { ConfigError, type Logger } from '@shop/service-kit';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { SourcesOf } from './federated-gateway.ts';
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

/** The data sources of a supergraph, made once for each. */
export function createSubgraphSources(options: SubgraphSourcesOptions): SourcesOf {
  const known = new WeakMap<Supergraph, ServiceMap>();
  return (supergraph) => {
    const sources = known.get(supergraph) ?? sourcesOf(supergraph, options);
    known.set(supergraph, sources);
    return sources;
  };
}

function sourcesOf({ subgraphs }: Supergraph, { addresses, pools, ...options }: SubgraphSourcesOptions): ServiceMap {
  return Object.fromEntries(
    subgraphs.map((subgraph) => {
      const url = subgraphUrl(subgraph, addresses);
      return [subgraph.name, createSubgraphSource({ ...options, name: subgraph.name, url, pool: pools.poolFor(url) })];
    }),
  );
}

/** Where a subgraph is. Throws ConfigError when neither the supergraph nor the settings say. */
export function subgraphUrl({ name, url }: { name: string; url: string }, addresses: ReadonlyMap<string, string>): URL {
  const address = addresses.get(name) ?? url;
  if (URL.canParse(address)) return new URL(address);
  throw new ConfigError(
    `The supergraph has no address for the subgraph ${name}; set one in SUBGRAPH_URLS (${name}=http://…).`,
  );
}
