import { Pool } from 'undici';

/** How long a subgraph may take, and how much it may say, is the business of resilience/: undici's own slow timers are off. */
const NO_TIMER = 0;
const CONNECT_TIMEOUT_MS = 2_000;

export interface SubgraphPools {
  /** The pool for the server an address is on; subgraphs on one server share it. */
  poolFor(address: URL): Pool;
  /** How many there are. */
  size(): number;
  /** Closes those of servers that are none of these any more, once their requests have finished. */
  keep(addresses: Iterable<URL>): Promise<void>;
  /** Lets running requests finish. */
  close(): Promise<void>;
}

export function createSubgraphPools({ connections }: { connections: number }): SubgraphPools {
  const pools = new Map<string, Pool>();
  return {
    poolFor({ origin }) {
      const pool = pools.get(origin) ?? openPool(origin, connections);
      pools.set(origin, pool);
      return pool;
    },
    size: () => pools.size,
    async keep(addresses) {
      const origins = new Set([...addresses].map(({ origin }) => origin));
      const unused = [...pools].filter(([origin]) => !origins.has(origin));
      for (const [origin] of unused) pools.delete(origin);
      await Promise.all(unused.map(([, pool]) => pool.close()));
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function openPool(origin: string, connections: number): Pool {
  return new Pool(origin, {
    connections,
    // One at a time on each: a slow answer holds up none behind it, and a broken connection costs one request.
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 30_000,
    headersTimeout: NO_TIMER,
    bodyTimeout: NO_TIMER,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });
}
