import type { Logger } from '@shop/service-kit';
import { labelsInForce } from './overrides.ts';
import type { Planner } from './planner.ts';
import { createPlannerProcess } from './planner-process.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

export interface ApolloPlannerOptions {
  sdl: string;
  facts: SupergraphFacts;
  log: Logger;
}

/** What its process is asked. */
export interface ApolloRequest {
  text: string;
  /** Each label of a progressive `@override`, and whether it is in force. */
  overrides: Record<string, boolean>;
}

const MEMORY_MB = 1_024;

/** Plans with `@apollo/query-planner` in a process of its own, which starts when it is first asked. */
export function createApolloPlanner({ sdl, facts, log }: ApolloPlannerOptions): Planner {
  const child = createPlannerProcess<ApolloRequest>({
    file: 'apollo-worker',
    sdl,
    canGiveUp: false,
    memoryMb: MEMORY_MB,
    log,
  });
  return {
    name: 'apollo',
    ready: child.ready,
    async plan({ text, overrides }, signal) {
      const inForce = new Set(labelsInForce(facts.overrideLabels, overrides));
      const conditions = Object.fromEntries([...facts.overrideLabels].map((label) => [label, inForce.has(label)]));
      return JSON.parse(await child.plan({ text, overrides: conditions }, signal));
    },
    close: child.close,
  };
}
