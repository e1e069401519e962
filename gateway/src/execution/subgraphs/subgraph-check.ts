import type { Supergraph } from '../../supergraph/supergraph.ts';
import type { SubgraphPools } from './subgraph-pools.ts';
import { subgraphUrl } from './subgraph-sources.ts';

const ANSWER_WITHIN_MS = 1_000;

export interface SubgraphCheckOptions {
  supergraph: () => Supergraph;
  addresses: ReadonlyMap<string, string>;
  pools: SubgraphPools;
}

/** A readiness check that names the subgraphs that do not answer; the others' fields can be served without them. */
export function subgraphCheck({ supergraph, addresses, pools }: SubgraphCheckOptions): () => Promise<string | null> {
  return async () => {
    const { subgraphs } = supergraph();
    const answers = await Promise.all(subgraphs.map((subgraph) => isThere(subgraphUrl(subgraph, addresses), pools)));
    const away = subgraphs.filter((_, i) => !answers[i]).map(({ name }) => name);
    return away.length > 0 ? `no answer from ${away.join(', ')}` : null;
  };
}

async function isThere(url: URL, pools: SubgraphPools): Promise<boolean> {
  try {
    const { statusCode, body } = await pools.poolFor(url).request({
      path: url.pathname + url.search,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await body.dump();
    return statusCode < 500;
  } catch {
    return false;
  }
}
