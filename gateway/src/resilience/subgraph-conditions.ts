import type { Logger, Metrics } from '@shop/service-kit';
import { type BreakerState, CircuitBreaker, type OnTurn } from './circuit-breaker.ts';
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

type ConditionSettings = Pick<ResilienceSettings, 'breaker' | 'connections' | 'maxWaiting' | 'retryPercent'>;

/** Keeps the condition of every subgraph and shows it in metrics; a breaker that opens or closes is said in the log. */
export function createSubgraphConditions(
  settings: ConditionSettings,
  { log, metrics }: { log: Logger; metrics: Metrics },
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

  const telling = (subgraph: string): OnTurn => {
    return (state) => {
      if (state === 'open') log.warn({ subgraph }, 'A subgraph fails too often and is not asked for now.');
      else log.info({ subgraph }, 'A subgraph is asked again.');
    };
  };

  return {
    of(subgraph, url) {
      const key = keyOf(subgraph, url);
      const entry = known.get(key) ?? { subgraph, condition: newCondition(settings, telling(subgraph)) };
      known.set(key, entry);
      return entry.condition;
    },
    keep(subgraphs) {
      const kept = new Set(subgraphs.map(({ name, url }) => keyOf(name, url)));
      for (const key of known.keys()) if (!kept.has(key)) known.delete(key);
    },
  };
}

function newCondition(settings: ConditionSettings, onTurn: OnTurn): SubgraphCondition {
  const { breaker, connections: most, maxWaiting: mostWaiting, retryPercent: percent } = settings;
  return {
    breaker: new CircuitBreaker(breaker, onTurn),
    limit: new ConcurrencyLimit({ most, mostWaiting }),
    retries: new RetryBudget({ percent }),
  };
}
