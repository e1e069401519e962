import type { ExecutionResult } from 'graphql';
import { createEngine } from '../../src/execution/engine.ts';
import type { CallSubgraph, SubgraphAnswer } from '../../src/execution/subgraphs/subgraph-call.ts';
import type { PlannedOperation } from '../../src/planning/planned-operation.ts';
import { nulledBy, nulledPlaces, type Told } from './compare.ts';
import type { Data } from './data.ts';
import { answerAsOne, subgraphsInProcess, type Watch } from './executions.ts';
import type { AskedOperation } from './operations.ts';
import { NO_OVERRIDES, type PlannedWorld } from './planned-world.ts';
import type { World } from './world.ts';

export type PlannerName = keyof PlannedWorld['planners'];
export type EngineName = Parameters<typeof createEngine>[0];

export interface OracleOf {
  /** What graphql-js says on the merged schema. */
  truth(operation: AskedOperation, data: Data, watch?: Watch): Promise<Told>;
  /** What the gateway says. `between` stands between the engine and the subgraphs. */
  answer(
    operation: AskedOperation,
    data: Data,
    by: By,
  ): Promise<Told & { text: string | undefined; planned: PlannedOperation }>;
}

export interface By {
  planner: PlannerName;
  engine?: EngineName;
  between?: (call: CallSubgraph) => CallSubgraph;
}

const CONTEXT = { token: null, client: { address: '', accept: undefined }, idempotencyKey: null };

export function oracleOf(world: World, { supergraph, planners }: PlannedWorld): OracleOf {
  const callsOf = subgraphsInProcess(world);
  const engines = { shopgraph: createEngine('shopgraph'), apollo: createEngine('apollo') };

  return {
    async truth(operation, data, watch) {
      return told(await answerAsOne(world, data, supergraph.apiSchema, operation, watch));
    },
    async answer({ document, variables }, data, { planner, engine = 'shopgraph', between = (call) => call }) {
      const planned = await planners[planner].plan(document, NO_OVERRIDES);
      const { value: run } = engines[engine].compile(planned, supergraph);
      const call = between(callsOf(data, { tick: 0 }));
      const { data: text, errors } = await run({ variables, context: { ...CONTEXT }, call });
      return {
        text,
        data: text === undefined ? undefined : JSON.parse(text),
        errors: errors.map((e) => e.toJSON()),
        planned,
      };
    },
  };
}

function told({ data, errors = [] }: ExecutionResult): Told {
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors: errors.map((error) => error.toJSON()) };
}

/** In what an answer differs from the truth: in a byte of the data, or in a place at which an error has left null. */
export function differences(truth: Told, answer: Told & { text: string | undefined }): string[] {
  const found: string[] = [];
  const expected = JSON.stringify(truth.data);
  if (answer.text !== expected) found.push(`data:\n  truth  ${expected}\n  answer ${answer.text}`);
  const [places, told] = [nulledPlaces(truth), nulledPlaces(answer).filter((place) => place !== 'null')];
  const missing = places.filter((place) => !told.includes(place));
  const surplus = told.filter((place) => !places.includes(place));
  if (missing.length > 0) found.push(`no error for null at ${missing.join(' ')}`);
  if (surplus.length > 0) found.push(`an error for what is no error's null at ${surplus.join(' ')}`);
  return found;
}

const ANSWERS: Record<string, SubgraphAnswer> = {
  'does not answer': { errors: [{ message: 'It is away.', extensions: { code: 'SERVICE_UNAVAILABLE' } }] },
  'answers null': { data: null, errors: [{ message: 'It is away.' }] },
  'answers nothing': { data: null },
  'answers with too few entities': { data: { _entities: [] } },
};

/** How a subgraph does not answer. */
export const WAYS_TO_FAIL = Object.keys(ANSWERS);

export interface Outage {
  away: string;
  way: string;
  /** Only the first, the second, … request to it fails; 0 for all. */
  nth: number;
}

export function withOutage({ away, way, nth }: Outage): (call: CallSubgraph) => CallSubgraph {
  return (call) => {
    let requests = 0;
    return async (request, context) => {
      if (request.subgraph !== away) return call(request, context);
      requests += 1;
      if (nth !== 0 && requests !== nth) return call(request, context);
      const isOfEntities = request.query.includes('_entities');
      const answer = ANSWERS[isOfEntities || !way.includes('entities') ? way : 'answers null'];
      return JSON.parse(JSON.stringify(answer));
    };
  };
}

/**
 * What is wrong with an answer for which some fetches failed. What failed then is the plan's affair, so that the truth
 * is asked afterwards: the data must be what graphql-js says when just those fields fail that the answer says failed,
 * and those must be fields that cannot be had without the subgraph.
 */
export async function unfounded(
  oracle: OracleOf,
  world: World,
  {
    operation,
    data,
    answer,
    away,
  }: { operation: AskedOperation; data: Data; answer: Told & { text: string | undefined }; away: string },
): Promise<string[]> {
  const seen: NonNullable<Watch['seen']> = new Map();
  await oracle.truth(operation, data, { seen });
  const failing = new Set(answer.errors.flatMap(({ path = [] }) => failuresAt(path)));
  const found: string[] = [];
  const truth = await oracle.truth(operation, data, { failing });
  const expected = JSON.stringify(truth.data);
  if (answer.text !== expected)
    found.push(`data when its errors are true:\n  truth  ${expected}\n  answer ${answer.text}`);
  for (const path of failing) {
    const at = seen.get(path);
    // What is lost with its parent may be of a field that only the plan asked for.
    const isLost = JSON.stringify(nulledBy(answer.data, JSON.parse(path))) === path;
    if (at && isLost && !needs(world, at, away))
      found.push(`${at.type}.${at.field} at ${path} fails, and does not need ${away}`);
  }
  return found;

  /** Of an object that another subgraph has told a part of, the rest has failed. */
  function failuresAt(path: readonly (string | number)[]): string[] {
    if (nulledBy(answer.data, path) !== null) return [JSON.stringify(path)];
    const start = JSON.stringify(path).slice(0, -1);
    return [...seen].flatMap(([inside, field]) => {
      const at = nulledBy(answer.data, JSON.parse(inside));
      const isPart = inside.startsWith(`${start},`) && JSON.stringify(at).startsWith(`${start},`);
      return isPart && needs(world, field, away) ? [inside] : [];
    });
  }
}

/** Whether a field may be out of reach when a subgraph is away. */
function needs(
  { objects, abstracts, query, mutation }: World,
  { type, field: name }: { type: string; field: string },
  away: string,
): boolean {
  const object = objects.find((candidate) => candidate.name === type);
  const field = (object?.fields ?? [...query, ...mutation]).find((candidate) => candidate.name === name);
  if (field === undefined || field.owners.includes(away) || field.requires) return true;
  // To get from one key to another, or to learn a type, a plan has to go to some other subgraph.
  const keys = [...(object?.keys.values() ?? [])];
  const told = field.type.replace(/[[\]!]/g, '');
  const isBehind = abstracts.some(({ hidden, members, name }) => hidden && (members.includes(type) || name === told));
  // A fetch of fields with `@requires` may have others in it that would need less.
  const isBeside = object?.fields.some(
    ({ requires, owners }) => requires && owners.some((owner) => field.owners.includes(owner)),
  );
  return isBehind || isBeside === true || keys.some((known) => !known.includes('id'));
}
