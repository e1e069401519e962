import type { SubgraphPools } from '../execution/subgraphs/subgraph-pools.ts';
import { subgraphUrl } from '../execution/subgraphs/subgraph-sources.ts';
import type { Planning } from '../planning/planning.ts';
import type { LiveSupergraphOptions } from './live-supergraph.ts';
import type { Supergraph } from './supergraph.ts';

export interface SwitchingOptions {
  planning: Pick<Planning<unknown>, 'open' | 'release'>;
  pools: SubgraphPools;
  /** By subgraph; these win over the addresses in the supergraph. */
  addresses: ReadonlyMap<string, string>;
}

/** What a supergraph takes while it is served: planners, and connections to its subgraphs. */
export function switching(options: SwitchingOptions): Pick<LiveSupergraphOptions, 'prepare' | 'release'> {
  const { planning, pools, addresses } = options;
  const kept = new Set<Supergraph>();
  const urlsOf = ({ subgraphs }: Supergraph) => subgraphs.map((subgraph) => subgraphUrl(subgraph, addresses));

  return {
    async prepare(supergraph) {
      // One without an address is refused before anything is opened for it.
      urlsOf(supergraph);
      kept.add(supergraph);
      await planning.open(supergraph);
    },
    async release(supergraph) {
      kept.delete(supergraph);
      // Somebody took a change back: what is served again has the same planners and plans.
      const isServedAgain = [...kept].some(({ id }) => id === supergraph.id);
      await Promise.all([
        isServedAgain ? undefined : planning.release(supergraph),
        pools.keep([...kept].flatMap(urlsOf)),
      ]);
    },
  };
}
