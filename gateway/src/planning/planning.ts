import type { Logger } from '@shop/service-kit';
import { type DocumentNode, GraphQLError, getOperationAST, Kind, parse } from 'graphql';
import { noSuchOperation } from '../execution/operation.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { labelDeferred } from './deferred-fragments.ts';
import { createOpenPlanners, type OpenPlannersSettings } from './open-planners.ts';
import { operationOf, withRoot } from './operation-document.ts';
import { withoutDefer } from './operation-needs.ts';
import type { Overrides } from './overrides.ts';
import { type Costed, createPlanCache, type SeenOperation } from './plan-cache.ts';
import type { PlannedOperation } from './planned-operation.ts';
import { PlanningFailed, PlanningTookTooLong } from './planner.ts';
import { validDocument } from './valid-document.ts';

export interface PlanningSettings extends OpenPlannersSettings {
  cacheBytes: number;
}

export interface PlanningOptions<C> extends PlanningSettings {
  log: Logger;
  metrics: GatewayMetrics;
  /** What an executor makes of a plan, once for all requests; kept with it. */
  compile(planned: PlannedOperation, supergraph: Supergraph): Costed<C>;
}

export interface OperationText {
  text: string;
  operationName?: string | undefined;
  /** Whether the client takes an answer in parts; else `@defer` is passed over. */
  defer?: boolean;
  /** Known to be valid for the supergraph's API. */
  isValid?: boolean;
}

/** An operation with all that it takes to execute it again and again. */
export interface ReadyOperation<C> extends PlannedOperation {
  compiled: C;
}

export interface Planning<C> {
  /**
   * What is known of an operation, at once; or it is parsed, validated, planned and compiled. Rejects with a GraphQLError,
   * or an AggregateError of several, for what is not valid; with PlanningFailed; and with ServiceUnavailable when too many
   * operations are new at once.
   */
  prepare(supergraph: Supergraph, operation: OperationText): ReadyOperation<C> | Promise<ReadyOperation<C>>;
  /** Has planners read a supergraph that is to take over. Rejects with why none can plan for it. */
  open(supergraph: Supergraph): Promise<void>;
  /** Gives up the planners and plans of a supergraph that nobody asks for any more. */
  release(supergraph: Supergraph): Promise<void>;
  /** Prepares operations for a supergraph that is to take over; those it has no place for are passed over. */
  warm(supergraph: Supergraph, operations: readonly OperationText[], options: WarmOptions): Promise<Warmed>;
  /** The operations that came last, the latest first. */
  recent(limit: number): SeenOperation[];
  close(): Promise<void>;
}

export interface WarmOptions {
  /** Rest between two operations, so that clients are served meanwhile. */
  pause(): Promise<void>;
  signal?: AbortSignal;
}

export interface Warmed {
  ready: number;
  /** Not valid any more, or not to be planned. */
  refused: number;
}

/** How long an operation that failed is not tried again: another time there may be less to do, or a process that lives. */
const FAILURE_KEPT_MS = 30_000;

// Measured: what a document's syntax tree takes for each character of its text, and a plan for each of its JSON.
const BYTES_PER_TEXT = 45;
const BYTES_PER_PLAN = 1.5;

type Known<C> = ReadyOperation<C> | { failure: Error };

/** Plans operations with the planners there are, and keeps the plans. */
export function createPlanning<C>(options: PlanningOptions<C>): Planning<C> {
  const { log, metrics, compile } = options;
  const cache = createPlanCache<Known<C>>({ maxBytes: options.cacheBytes, metrics });
  const planners = createOpenPlanners({ ...options, onClose: (supergraphId) => cache.forget(supergraphId) });

  async function make(supergraph: Supergraph, asked: OperationText, overrides: Overrides): Promise<Costed<Known<C>>> {
    const document = documentOf(supergraph, asked);
    const { planner } = planners.of(supergraph);
    const done = metrics.plannings.startTimer();
    try {
      const planned = await planner.plan(document, overrides);
      done({ planner: planned.plannedBy ?? 'none', outcome: 'planned' });
      const { value: compiled, bytes } = compile(planned, supergraph);
      const size = asked.text.length * BYTES_PER_TEXT + JSON.stringify(planned.plan).length * BYTES_PER_PLAN;
      return { value: { ...planned, compiled }, bytes: bytes + size };
    } catch (error) {
      done({ planner: 'none', outcome: 'failed' });
      if (!(error instanceof PlanningFailed)) throw error;
      log.warn({ err: error, operationName: asked.operationName }, 'An operation cannot be planned.');
      const failure = error instanceof PlanningTookTooLong ? tooComplex(error) : error;
      return { value: { failure }, bytes: 0, keepMs: FAILURE_KEPT_MS };
    }
  }

  function prepare(supergraph: Supergraph, asked: OperationText): ReadyOperation<C> | Promise<ReadyOperation<C>> {
    const { text, operationName, defer = false } = asked;
    const overrides = planners.of(supergraph).overrides();
    const key = {
      supergraphId: supergraph.id,
      text,
      operationName,
      variant: `${defer ? 'defer' : ''}${overrides.roll}`,
    };
    const known = cache.get(key, () => make(supergraph, asked, overrides));
    if (known instanceof Promise) return known.then(readyOrThrow);
    return 'failure' in known ? Promise.reject(known.failure) : known;
  }

  return {
    prepare,
    open: (supergraph) => planners.of(supergraph).planner.ready(),
    release: ({ id }) => planners.close(id),
    async warm(supergraph, operations, { pause, signal }) {
      const warmed = { ready: 0, refused: 0 };
      for (const operation of operations) {
        if (signal?.aborted) break;
        try {
          await prepare(supergraph, operation);
          warmed.ready += 1;
        } catch {
          warmed.refused += 1;
        }
        await pause();
      }
      return warmed;
    },
    recent: (limit) => cache.recent(limit),
    close: () => planners.closeAll(),
  };
}

/** The asked one of the text's operations. What is kept has no locations: they would take more room than the rest. */
function documentOf(supergraph: Supergraph, { text, operationName, isValid, defer }: OperationText): DocumentNode {
  if (!isValid) validDocument(supergraph.apiSchema, text);
  const whole = parse(text, { noLocation: true });
  const operation = getOperationAST(whole, operationName);
  if (!operation) throw noSuchOperation();
  const fragments = whole.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  const alone = withRoot(document, operationOf(document).selectionSet.selections);
  return defer ? labelDeferred(alone) : withoutDefer(alone);
}

function readyOrThrow<C>(known: Known<C>): ReadyOperation<C> {
  if ('failure' in known) throw known.failure;
  return known;
}

function tooComplex(cause: PlanningTookTooLong): GraphQLError {
  return new GraphQLError('The operation is too complex to be planned.', {
    originalError: cause,
    extensions: { code: 'OPERATION_TOO_COMPLEX' },
  });
}
