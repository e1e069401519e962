import type { Run, Step } from '../run.ts';
import type { SubgraphAnswer } from '../subgraphs/subgraph-call.ts';
import type { EntityFetch, GatheredEntities } from './entity-fetch.ts';
import { joinQueries, nameFor, REPRESENTATIONS } from './joined-query.ts';
import { compileRequest } from './request-text.ts';

const OWN_VARIABLES = new Set([REPRESENTATIONS]);

/**
 * One request for entity fetches that a plan sends to one subgraph at the same time: each is an alias of `_entities`
 * with representations of its own. Null where their texts do not allow it.
 */
export function compileJoinedFetch(fetches: readonly EntityFetch[]): Step | null {
  const [first] = fetches;
  const query = joinQueries(
    fetches.map(({ node }) => node.operation),
    OWN_VARIABLES,
  );
  if (query === null || first === undefined) return null;
  const variableUsages = [...new Set(fetches.flatMap(({ node }) => node.variableUsages ?? []))];
  const requestFor = compileRequest({ ...first.node, operation: query, variableUsages });

  return async (run) => {
    const gathered = fetches.map((fetch) => fetch.gather(run));
    const [first, ...others] = fetches.filter((_, i) => gathered[i] !== null);
    if (first === undefined) return;
    if (others.length > 0) await askTogether(run, gathered);
    else await first.ask(run, gathered.find((entities) => entities !== null) as GatheredEntities);
  };

  async function askTogether(run: Run, gathered: (GatheredEntities | null)[]): Promise<void> {
    const variables = gathered.map(
      (entities, i) => `"${nameFor(i, REPRESENTATIONS)}":[${entities?.representations.join(',') ?? ''}]`,
    );
    const answer = await run.call(requestFor(run, variables.join(',')), run.context, run.endsAt);
    fetches.forEach((fetch, i) => {
      const entities = gathered[i];
      if (entities) fetch.deliver(run, entities, partOf(answer, i), answer.data?.[nameFor(i, '')]);
    });
  }
}

/** What of an answer is for one of the joined queries: its own errors, and those that are about all of them. */
export function partOf(answer: SubgraphAnswer, index: number): SubgraphAnswer {
  const alias = nameFor(index, '');
  const own = answer.errors?.filter(({ path }) => path === undefined || path[0] === alias);
  if (own?.length || answer.data?.[alias]) return { ...answer, errors: own };
  // An error of another of them has cost this one its data too.
  return { ...answer, errors: answer.errors?.map((error) => ({ ...error, path: undefined })) };
}
