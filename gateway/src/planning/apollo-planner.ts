import type { ApolloThread } from './apollo-thread.ts';
import { labelsInForce } from './overrides.ts';
import type { Planner } from './planner.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

export interface ApolloPlannerOptions {
  id: string;
  sdl: string;
  facts: SupergraphFacts;
  thread: ApolloThread;
}

/** Plans with `@apollo/query-planner` in a thread of its own. A supergraph it cannot read fails when it is first asked. */
export function createApolloPlanner({ id, sdl, facts, thread }: ApolloPlannerOptions): Planner {
  thread.load(id, sdl);
  return {
    name: 'apollo',
    async plan({ text, overrides }, signal) {
      const inForce = new Set(labelsInForce(facts.overrideLabels, overrides));
      const conditions = Object.fromEntries([...facts.overrideLabels].map((label) => [label, inForce.has(label)]));
      const json = await thread.plan({ supergraphId: id, text, overrides: conditions, signal });
      return JSON.parse(json);
    },
    close: () => thread.forget(id),
  };
}
