import { composeServices } from '@apollo/composition';
import { createLogger } from '@shop/service-kit';
import { parse } from 'graphql';
import { createApolloPlans } from '../../src/planning/apollo-plans.ts';
import { createHivePlanner } from '../../src/planning/hive-planner.ts';
import { labelsInForce, type Overrides } from '../../src/planning/overrides.ts';
import type { LimitedPlanner } from '../../src/planning/planner.ts';
import { PlanningFailed } from '../../src/planning/planner.ts';
import { createSupergraphPlanner, type SupergraphPlanner } from '../../src/planning/supergraph-planner.ts';
import { readSupergraph, type Supergraph } from '../../src/supergraph/supergraph.ts';
import { sdlOf } from './sdl.ts';
import type { World } from './world.ts';

export interface PlannedWorld {
  supergraph: Supergraph;
  /** As in production, and with Apollo's planner alone. */
  planners: { auto: SupergraphPlanner; apollo: SupergraphPlanner };
  close(): Promise<void>;
}

/** No progressive override is in force. */
export const NO_OVERRIDES: Overrides = { labels: new Set(), roll: 0 };

/** The supergraph's SDL, or why there is none. */
export function composed(world: World): { sdl: string } | { problems: string[] } {
  const { supergraphSdl, errors } = composeServices(
    world.subgraphs.map((name) => ({ name, url: `http://${name}`, typeDefs: parse(sdlOf(world, name)) })),
  );
  return supergraphSdl === undefined
    ? { problems: errors?.map(({ message }) => message) ?? [] }
    : { sdl: supergraphSdl };
}

export function plannedWorld(sdl: string): PlannedWorld {
  const supergraph = readSupergraph(sdl);
  const log = createLogger('oracle', { level: 'silent' });
  const { facts, fullSchema: schema } = supergraph;
  const hiveProcess = createHivePlanner({ sdl, log });
  const hive: LimitedPlanner = {
    ...hiveProcess,
    plan: (input) => hiveProcess.plan(input, new AbortController().signal),
  };
  const apollo = apolloInProcess(sdl, supergraph);
  return {
    supergraph,
    planners: {
      auto: createSupergraphPlanner({ facts, schema, hive, apollo, log }),
      apollo: createSupergraphPlanner({ facts, schema, hive: null, apollo, log }),
    },
    close: hiveProcess.close,
  };
}

/** In this process, since one takes a second to start. */
function apolloInProcess(sdl: string, { facts }: Supergraph): LimitedPlanner {
  let makePlan: ReturnType<typeof createApolloPlans> | null = null;
  return {
    name: 'apollo',
    ready: async () => undefined,
    async plan({ text, overrides }) {
      makePlan ??= createApolloPlans(sdl);
      const inForce = new Set(labelsInForce(facts.overrideLabels, overrides));
      const conditions = Object.fromEntries([...facts.overrideLabels].map((label) => [label, inForce.has(label)]));
      try {
        return JSON.parse(makePlan({ text, overrides: conditions }));
      } catch (cause) {
        throw new PlanningFailed('Apollo could not plan the operation.', { cause });
      }
    },
    close: async () => undefined,
  };
}
