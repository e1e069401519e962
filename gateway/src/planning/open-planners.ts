import type { Logger } from '@shop/service-kit';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { createApolloPlanner } from './apollo-planner.ts';
import { createHivePlanner } from './hive-planner.ts';
import { loadHive } from './hive-plans.ts';
import { type Overrides, overridesOf } from './overrides.ts';
import { limitPlanner } from './planner.ts';
import { createPlanningQueue } from './planning-queue.ts';
import { createSupergraphPlanner, type SupergraphPlanner } from './supergraph-planner.ts';

export interface OpenPlannersSettings {
  /** `auto`: Hive's planner where there is a binary of it, Apollo's for what that cannot do, and where there is none. */
  planner: 'auto' | 'hive' | 'apollo';
  timeoutMs: number;
  /** The labels of progressive `@override`s that are in force; `percent(p)` needs none. */
  overrideLabels: ReadonlySet<string>;
}

export interface OpenPlannersOptions extends OpenPlannersSettings {
  log: Logger;
  metrics: GatewayMetrics;
  /** Told of a supergraph whose planners are gone. */
  onClose(supergraphId: string): void;
}

/** What plans for one supergraph. */
export interface OpenPlanner {
  planner: SupergraphPlanner;
  overrides: () => Overrides;
}

/** The planners of the supergraphs that are asked for; all share what may be planned at once. */
export interface OpenPlanners {
  /** Opens it where it is not. */
  of(supergraph: Supergraph): OpenPlanner;
  close(supergraphId: string): Promise<void>;
  closeAll(): Promise<void>;
}

/** Of more than these, those opened first are closed, and read again if they should be needed after all. */
const SUPERGRAPHS_AT_ONCE = 4;

// As many as their processes work on at once; clients' own requests need a processor too.
const HIVE_QUEUE = { atOnce: 2, maxWaiting: 500 };
const APOLLO_QUEUE = { atOnce: 1, maxWaiting: 100 };

/** Throws where Hive's planner is wanted and there is no binary of it. */
export function createOpenPlanners(options: OpenPlannersOptions): OpenPlanners {
  const { log, metrics, timeoutMs, onClose } = options;
  const hive = options.planner === 'apollo' ? null : loadHive();
  if (hive === null && options.planner === 'hive')
    throw new Error('PLANNER: there is no binary of Hive’s planner here.');
  const queueFor = (planner: string, limits: typeof HIVE_QUEUE) =>
    createPlanningQueue({ ...limits, onLength: (length) => metrics.planningQueue.set({ planner }, length) });
  const hiveQueue = queueFor('hive', HIVE_QUEUE);
  const apolloQueue = queueFor('apollo', APOLLO_QUEUE);
  const opened = new Map<string, OpenPlanner>();

  async function close(id: string): Promise<void> {
    const known = opened.get(id);
    opened.delete(id);
    onClose(id);
    await known?.planner.close();
  }

  return {
    of(supergraph) {
      const known = opened.get(supergraph.id);
      if (known) return known;
      const { id, sdl, facts, fullSchema: schema } = supergraph;
      const native = hive && limitPlanner(createHivePlanner({ sdl, log }), hiveQueue, timeoutMs);
      const apollo = createApolloPlanner({ sdl, facts, log });
      const planner = createSupergraphPlanner({
        facts,
        schema,
        hive: native,
        apollo: options.planner === 'hive' ? null : limitPlanner(apollo, apolloQueue, timeoutMs),
        log,
      });
      const open = { planner, overrides: overridesOf(facts, options.overrideLabels) };
      opened.set(id, open);
      for (const oldest of opened.keys()) {
        if (opened.size <= SUPERGRAPHS_AT_ONCE) break;
        void close(oldest);
      }
      return open;
    },
    close,
    async closeAll() {
      await Promise.all([...opened.keys()].map(close));
    },
  };
}
