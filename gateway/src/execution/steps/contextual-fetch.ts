import { BoundedMap } from '@shop/kernel';
import type { FetchNode } from '../../planning/plan.ts';
import type { Run, Step } from '../run.ts';
import { type ContextValues, compileContexts } from '../tree/contexts.ts';
import type { Data } from '../tree/data.ts';
import type { FlattenPath } from '../tree/flatten-path.ts';
import { compileEntityFetch, type GatheredEntities } from './entity-fetch.ts';
import type { FetchTools } from './fetch-tools.ts';
import { partOf } from './joined-fetch.ts';
import { joinQueries, nameFor, REPRESENTATIONS } from './joined-query.ts';
import { compileRequest } from './request-text.ts';

/** Of more values than these, the rest is asked for in further requests at the same time. */
const MOST_IN_ONE_REQUEST = 50;

/** Entities whose context has the same values, and can be asked for together. */
interface Group {
  values: ContextValues;
  byRepresentation: Map<string, Data[]>;
}

type Question = GatheredEntities & Pick<Group, 'values'>;

/**
 * Compiles a fetch of entities with arguments that come from objects above them (`@fromContext`). Variables hold for all
 * of a query, so that entities with other values get an alias of `_entities` with variables of their own, as Apollo Router
 * has it. Equal entities must not have become one object, since each place has its own context.
 */
export function compileContextualFetch(planned: FetchNode, path: FlattenPath, tools: FetchTools): Step {
  const { contextRewrites = [], variableUsages = [] } = planned;
  const own = new Set(contextRewrites.map(({ renameKeyTo }) => renameKeyTo));
  // Clients must have no way to send these.
  const node = { ...planned, variableUsages: variableUsages.filter((name) => !own.has(name)) };
  const fetch = compileEntityFetch(node, path, tools);
  const valuesOf = compileContexts(contextRewrites, tools.types);
  const requests = new BoundedMap<number, ReturnType<typeof compileRequest>>(MOST_IN_ONE_REQUEST);
  const isJoinable = joinedFor(2) !== null;

  return async (run) => {
    const gathered = fetch.gather(run);
    if (gathered === null) return;
    const questions = questionsIn(run, gathered);
    const size = isJoinable ? MOST_IN_ONE_REQUEST : 1;
    const chunks = questions.flatMap((_, i) => (i % size === 0 ? [questions.slice(i, i + size)] : []));
    await Promise.all(chunks.map((chunk) => ask(run, chunk)));
  };

  function questionsIn(run: Run, { representations, objects }: GatheredEntities): Question[] {
    const contexts = new Map<Data, ContextValues>();
    path.visitPlaces(run.root, (object, above) => contexts.set(object, valuesOf(object, above)));
    const groups = new Map<string, Group>();
    for (const [i, representation] of representations.entries()) {
      for (const object of objects[i] ?? []) {
        addTo(groups, contexts.get(object) ?? {}, representation, object);
      }
    }
    return [...groups.values()].map(({ values, byRepresentation }) => ({
      values,
      representations: [...byRepresentation.keys()],
      objects: [...byRepresentation.values()],
    }));
  }

  async function ask(run: Run, questions: readonly Question[]): Promise<void> {
    const [first, ...others] = questions;
    const requestFor = joinedFor(questions.length);
    if (first === undefined) return;
    if (others.length === 0 || requestFor === null)
      return fetch.ask(
        run,
        first,
        variablesOf(first, (name) => name),
      );
    const variables = questions.flatMap((question, i) => [
      `"${nameFor(i, REPRESENTATIONS)}":[${question.representations.join(',')}]`,
      ...variablesOf(question, (name) => nameFor(i, name)),
    ]);
    const answer = await run.call(requestFor(run, variables.join(',')), run.context, run.endsAt);
    for (const [i, question] of questions.entries()) {
      fetch.deliver(run, question, partOf(answer, i), answer.data?.[nameFor(i, '')]);
    }
  }

  /** Null where the text does not allow it. */
  function joinedFor(count: number): ReturnType<typeof compileRequest> | null {
    const known = requests.get(count);
    if (known) return known;
    const query = joinQueries(Array<string>(count).fill(node.operation), new Set([REPRESENTATIONS, ...own]));
    if (query === null) return null;
    const request = compileRequest({ ...node, operation: query });
    requests.set(count, request);
    return request;
  }
}

function addTo(groups: Map<string, Group>, values: ContextValues, representation: string, object: Data): void {
  const key = JSON.stringify(values);
  const group = groups.get(key) ?? { values, byRepresentation: new Map<string, Data[]>() };
  groups.set(key, group);
  const same = group.byRepresentation.get(representation);
  if (same) same.push(object);
  else group.byRepresentation.set(representation, [object]);
}

function variablesOf({ values }: Question, nameOf: (name: string) => string): string[] {
  return Object.entries(values).map(([name, value]) => `"${nameOf(name)}":${JSON.stringify(value)}`);
}
