import { composeServices } from '@apollo/composition';
import {
  Supergraph as ComposedSupergraph,
  operationFromDocument,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
} from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { execute, type FormattedExecutionResult, type GraphQLSchema, parse, print, validate } from 'graphql';
import { createEngine } from '../../src/execution/engine.ts';
import type { CallSubgraph, SubgraphAnswer, SubgraphRequest } from '../../src/execution/subgraphs/subgraph-call.ts';
import { separateConflictingNames } from '../../src/planning/conflicting-names.ts';
import { createHivePlans, loadHive } from '../../src/planning/hive-plans.ts';
import { subgraphsPart } from '../../src/planning/own-fields.ts';
import type { QueryPlan } from '../../src/planning/plan.ts';
import { readSupergraph } from '../../src/supergraph/supergraph.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@external", "@shareable", "@provides", "@interfaceObject", "@inaccessible",
  "@context", "@fromContext"
])\n`;

export interface SubgraphSource {
  sdl: string;
  resolvers?: GraphQLResolverMap<unknown>;
}

/** What a subgraph was sent. */
export interface Sent {
  subgraph: string;
  query: string;
  variables: Record<string, unknown>;
}

/** A supergraph over subgraphs that graphql-js executes in this process. */
export interface GraphInProcess {
  sent: Sent[];
  ask(text: string, options?: AskOptions): Promise<FormattedExecutionResult<Record<string, unknown>>>;
  /** The text of `data`. */
  write(text: string, options?: AskOptions): Promise<string | undefined>;
}

export interface AskOptions {
  variables?: Record<string, unknown>;
  /** Stands between the engine and the subgraphs. */
  between?: (request: SubgraphRequest, next: () => Promise<SubgraphAnswer>) => Promise<SubgraphAnswer>;
  /** In place of the planner's. */
  plan?: QueryPlan;
}

export function graphInProcess(subgraphs: Record<string, SubgraphSource>, planner: 'apollo' | 'hive'): GraphInProcess {
  const sdl = compose(subgraphs);
  const supergraph = readSupergraph(sdl);
  const sent: Sent[] = [];
  const toSubgraph = callInProcess(subgraphs, sent);
  const planWith = planner === 'hive' ? hivePlanner(sdl) : apolloPlanner(sdl);
  const engine = createEngine('shopgraph');

  async function answer(text: string, { variables = {}, between, plan }: AskOptions = {}) {
    expectValid(supergraph.apiSchema, text);
    const { document, names: clientNames } = separateConflictingNames(parse(text));
    const planned = { document, clientNames, plan: plan ?? (await planWith(print(document))), plannedBy: null };
    const { value: run } = engine.compile(planned, supergraph);
    const call: CallSubgraph = (request, context) =>
      between ? between(request, () => toSubgraph(request, context)) : toSubgraph(request, context);
    const context = { token: null, client: { address: '', accept: undefined }, idempotencyKey: null };
    return run({ variables, context, call });
  }

  return {
    sent,
    write: async (text, options) => (await answer(text, options)).data,
    async ask(text, options) {
      const { data, errors } = await answer(text, options);
      return {
        ...(data !== undefined && { data: JSON.parse(data) }),
        ...(errors.length > 0 && { errors: errors.map((error) => error.toJSON()) }),
      };
    },
  };
}

function compose(subgraphs: Record<string, SubgraphSource>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, { sdl }]) => ({ name, url: `http://${name}`, typeDefs: parse(LINK + sdl) })),
  );
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], `${errors?.map(String).join('\n')}`);
  return supergraphSdl;
}

function apolloPlanner(sdl: string): (text: string) => Promise<QueryPlan> {
  const composed = ComposedSupergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  const planner = new QueryPlanner(composed);
  return async (text) => {
    const fetched = subgraphsPart(parse(text));
    if (fetched === null) return { kind: 'QueryPlan' };
    return planner.buildQueryPlan(operationFromDocument(composed.apiSchema(), fetched)) as QueryPlan;
  };
}

function hivePlanner(sdl: string): (text: string) => Promise<QueryPlan> {
  const hive = loadHive();
  if (hive === null) throw new Error('There is no binary of Hive’s planner here.');
  const planner = createHivePlans(hive, sdl);
  return async (text) => {
    const document = subgraphsPart(parse(text));
    if (document === null) return { kind: 'QueryPlan' };
    const overrides = { labels: new Set<string>(), roll: 0 };
    return planner.plan({ text: print(document), overrides }, new AbortController().signal);
  };
}

function callInProcess(subgraphs: Record<string, SubgraphSource>, sent: Sent[]): CallSubgraph {
  const schemas = new Map(
    Object.entries(subgraphs).map(([name, { sdl, resolvers = {} }]) => [
      name,
      buildSubgraphSchema([{ typeDefs: parse(LINK + sdl), resolvers }]),
    ]),
  );
  return async ({ subgraph, body }) => {
    const schema = schemas.get(subgraph);
    if (!schema) throw new Error(`There is no subgraph ${subgraph}.`);
    const { query, variables = {} } = JSON.parse(body);
    sent.push({ subgraph, query, variables });
    expectValid(schema, query);
    const result = await execute({ schema, document: parse(query), variableValues: variables });
    // As it would come over the wire: objects of no class, undefined left out.
    return JSON.parse(JSON.stringify(result)) as SubgraphAnswer;
  };
}

function expectValid(schema: GraphQLSchema, text: string): void {
  const errors = validate(schema, parse(text));
  if (errors.length > 0) throw new AggregateError(errors, `${text}\n${errors.join('\n')}`);
}
