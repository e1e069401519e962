import { createRequire } from 'node:module';
import type * as Hive from '@graphql-hive/router-query-planner';
import { fromHivePlan } from './from-hive-plan.ts';
import type { QueryPlan } from './plan.ts';
import { type PlannerInput, PlanningFailed } from './planner.ts';

const require = createRequire(import.meta.url);

type HiveModule = typeof Hive;

/** Hive's planner, or null where there is no binary of it for this platform. */
export function loadHive(): HiveModule | null {
  try {
    return require('@graphql-hive/router-query-planner');
  } catch {
    return null;
  }
}

export type HiveInput = Omit<PlannerInput, 'document'>;

/**
 * Plans with Hive's native planner on a thread of its own making: nothing of a long planning is felt here but the
 * reading of its result. It does not know `@defer` and `@fromContext`. Throws on a supergraph it cannot read.
 */
export function createHivePlans({ QueryPlanner }: HiveModule, supergraphSdl: string) {
  const planner = new QueryPlanner(supergraphSdl);
  return {
    async plan({ text, overrides }: HiveInput, signal: AbortSignal): Promise<QueryPlan> {
      const plan = await planner
        .planAsync(text, null, new Set(overrides.labels), overrides.roll, signal)
        .catch((cause: unknown) => {
          throw new PlanningFailed('Hive could not plan the operation.', { cause });
        });
      return fromHivePlan(plan);
    },
  };
}
