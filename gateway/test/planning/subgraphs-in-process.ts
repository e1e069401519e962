import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { createLogger, createMetrics } from '@shop/service-kit';
import { execute, type FormattedExecutionResult, type GraphQLFormattedError, parse, validate } from 'graphql';
import { createEngine, type ExecuteOperation } from '../../src/execution/engine.ts';
import type { CallSubgraph } from '../../src/execution/subgraphs/subgraph-call.ts';
import { createGatewayMetrics } from '../../src/observability/gateway-metrics.ts';
import {
  createPlanning,
  type OperationText,
  type Planning,
  type PlanningSettings,
  type ReadyOperation,
} from '../../src/planning/planning.ts';
import { readSupergraph, type Supergraph } from '../../src/supergraph/supergraph.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@external", "@shareable", "@provides", "@override", "@interfaceObject", "@authenticated",
  "@requiresScopes", "@policy", "@context", "@fromContext", "@cost", "@listSize"
])\n`;

/** Without resolvers a subgraph can be planned for, and not asked. */
export interface SubgraphInProcess {
  sdl: string;
  resolvers?: GraphQLResolverMap<unknown>;
}

export function composed(subgraphs: Record<string, SubgraphInProcess>): Supergraph {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, { sdl }]) => ({ name, url: `http://${name}`, typeDefs: parse(LINK + sdl) })),
  );
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], `${errors?.map(String).join('\n')}`);
  return readSupergraph(supergraphSdl);
}

/** What a test says about planning and executing; what it does not say is as in production. */
export type GraphSettings = Partial<PlanningSettings> & { engine?: 'shopgraph' | 'apollo' };

/** A supergraph with its subgraphs in this process. */
export interface Graph {
  supergraph: Supergraph;
  /** What subgraphs were asked, as `name: document`. */
  asked: string[];
  prepare(text: string, more?: Partial<OperationText>): Promise<ReadyOperation<ExecuteOperation>>;
  ask(text: string, variables?: Record<string, unknown>): Promise<FormattedExecutionResult>;
}

export function graphOf(subgraphs: Record<string, SubgraphInProcess>, planning: Planning<ExecuteOperation>): Graph {
  const supergraph = composed(subgraphs);
  const asked: string[] = [];
  const call = callInProcess(subgraphs, asked);
  const prepare = async (text: string, more: Partial<OperationText> = {}) =>
    planning.prepare(supergraph, { text, ...more });

  return {
    supergraph,
    asked,
    prepare,
    async ask(text, variables = {}) {
      const { compiled } = await prepare(text);
      const { data, errors } = await compiled({
        variables,
        context: { token: null, client: { address: '', accept: undefined }, idempotencyKey: null },
        call,
      });
      return {
        ...(data !== undefined && { data: JSON.parse(data) }),
        ...(errors.length > 0 && { errors: errors.map((error) => error.toJSON()) }),
      };
    },
  };
}

export function planningOf({ engine = 'shopgraph', ...settings }: GraphSettings = {}, metrics = createMetrics('test')) {
  return createPlanning({
    planner: 'auto',
    cacheBytes: 10_000_000,
    timeoutMs: 20_000,
    overrideLabels: new Set(),
    ...settings,
    log: createLogger('test', { level: 'silent' }),
    metrics: createGatewayMetrics(metrics),
    compile: createEngine(engine).compile,
  });
}

function callInProcess(subgraphs: Record<string, SubgraphInProcess>, asked: string[]): CallSubgraph {
  const schemas = new Map(
    Object.entries(subgraphs).map(([name, { sdl, resolvers = {} }]) => [
      name,
      buildSubgraphSchema([{ typeDefs: parse(LINK + sdl), resolvers }]),
    ]),
  );
  return async ({ subgraph, query, body }) => {
    asked.push(`${subgraph}: ${query}`);
    const schema = schemas.get(subgraph);
    if (!schema) throw new Error(`There is no subgraph ${subgraph}.`);
    const document = parse(query);
    const [invalid] = validate(schema, document);
    if (invalid) throw invalid;
    const result = await execute({ schema, document, variableValues: JSON.parse(body).variables });
    // As it would come over the wire: objects of no class, undefined left out.
    return JSON.parse(JSON.stringify(result)) as { data?: Record<string, unknown>; errors?: GraphQLFormattedError[] };
  };
}
