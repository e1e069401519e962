import type { Metrics } from '@shop/service-kit';
import { type BreakerState, CircuitBreaker } from './circuit-breaker.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import type { ResilienceSettings } from './resilience-settings.ts';
import { RetryBudget } from './retry-budget.ts';

/** What is known of how a subgraph fares. */
export interface SubgraphCondition {
  breaker: CircuitBreaker;
  limit: ConcurrencyLimit;
  retries: RetryBudget;
}

export interface SubgraphConditions {
  /** The same for the same subgraph at the same address: a new supergraph does not make a dead one live. */
  of(subgraph: string, url: URL): SubgraphCondition;
  /** Forgets all others. */
  keep(subgraphs: readonly { name: string; url: URL }[]): void;
}

const STATES: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

export function createSubgraphConditions(
  settings: Pick<ResilienceSettings, 'breaker' | 'connections' | 'maxWaiting' | 'retryPercent'>,
  metrics: Metrics,
): SubgraphConditions {
  const known = new Map<string, { subgraph: string; condition: SubgraphCondition }>();
  const keyOf = (subgraph: string, url: URL) => `${subgraph} ${url.href}`;

  // Read when somebody looks, so that a request need not tell them.
  const live = (name: string, help: string, read: (condition: SubgraphCondition) => number) =>
    metrics.liveGauge(name, help, ['subgraph'], (set) => {
      for (const { subgraph, condition } of known.values()) set({ subgraph }, read(condition));
    });
  live(
    'gateway_subgraph_breaker_state',
    'Whether the subgraph is asked: 0 as ever, 1 one request tries whether it is back, 2 not for now.',
    ({ breaker }) => STATES[breaker.state],
  );
  live('gateway_subgraph_requests_in_flight', 'Requests under way.', ({ limit }) => limit.inside);
  live('gateway_subgraph_queue_length', 'Requests that wait for their turn.', ({ limit }) => limit.waiting);

  return {
    of(subgraph, url) {
      const key = keyOf(subgraph, url);
      const entry = known.get(key) ?? { subgraph, condition: newCondition(settings) };
      known.set(key, entry);
      return entry.condition;
    },
    keep(subgraphs) {
      const kept = new Set(subgraphs.map(({ name, url }) => keyOf(name, url)));
      for (const key of known.keys()) if (!kept.has(key)) known.delete(key);
    },
  };
}

function newCondition({
  breaker,
  connections: most,
  maxWaiting: mostWaiting,
  retryPercent: percent,
}: Parameters<typeof createSubgraphConditions>[0]): SubgraphCondition {
  return {
    breaker: new CircuitBreaker(breaker),
    limit: new ConcurrencyLimit({ most, mostWaiting }),
    retries: new RetryBudget({ percent }),
  };
}
