import type { Logger } from '@shop/service-kit';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { coerceVariables } from '../errors/bad-variables.ts';
import { asGraphQLErrors, type FormatError } from '../errors/client-error.ts';
import { badRequest } from '../errors/http-head.ts';
import type { Increment, LaterParts } from '../execution/deferred/send-later.ts';
import type { Answer, ExecuteOperation } from '../execution/engine.ts';
import type { SourcesOf } from '../execution/subgraphs/subgraph-sources.ts';
import { type Door, granteeOf } from '../guards/door.ts';
import type { AuthorizedOperation } from '../guards/field-authorization.ts';
import { refusedAt } from '../guards/granted.ts';
import type { GuardSettings } from '../guards/guard-settings.ts';
import { nullRefused } from '../guards/refused-fields.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { reportErrors } from '../observability/report-errors.ts';
import type { KnownOperation, KnowOperation } from '../operations/known-operations.ts';
import type { PlannedOperation } from '../planning/planned-operation.ts';
import type { Planning } from '../planning/planning.ts';
import type { RequestContext } from '../request-context.ts';
import type { LiveSupergraph } from '../supergraph/live-supergraph.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { type AnswerHead, statusOf } from './answer-head.ts';
import { readablePlan } from './readable-plan.ts';

/** A query or a mutation whose text the door has admitted. */
export interface OperationRequest {
  text: string;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  extensions: Record<string, unknown> | undefined;
  /** Over GET, which anybody may repeat. */
  queryOnly?: boolean;
  /** Whether the client takes what is deferred in parts of its own. */
  takesParts?: boolean;
  /** Called once the operation is known to be valid and let in. */
  onAdmitted?(): void;
}

/** What a client gets, however it is sent to it. */
export interface OperationAnswer {
  head: AnswerHead;
  /** JSON text; undefined where the operation was refused before it began. */
  data: string | undefined;
  errors: readonly GraphQLFormattedError[];
  extensions: Record<string, unknown> | undefined;
  /** What comes after it, for clients that take parts. */
  later?: AsyncIterable<LaterAnswer>;
}

/** A part of an answer: https://github.com/graphql/graphql-spec/pull/742, as it was on 2022-08-24. */
export interface LaterAnswer {
  incremental: readonly (Omit<Increment, 'errors'> & { errors: readonly GraphQLFormattedError[] })[];
  hasNext: boolean;
}

export interface OperationPipeline {
  /** Answers an operation; what is wrong with it is in the answer. */
  answer(request: OperationRequest, context: RequestContext): Promise<OperationAnswer>;
  /** What errors come to that arose before an operation could be looked at. */
  refusal(error: unknown, accept: string | undefined): OperationAnswer;
}

export interface OperationPipelineOptions {
  supergraph: Pick<LiveSupergraph, 'current'>;
  know: KnowOperation;
  door: Door;
  planning: Planning<ExecuteOperation>;
  sourcesOf: SourcesOf;
  /** Whether what executes operations can answer in parts. */
  canDefer: boolean;
  cost: GuardSettings['cost'];
  /** QUERY_PLAN_IN_ANSWER: plans name subgraphs, so they are not for everybody. */
  planInAnswer: InAnswer;
  format: FormatError;
  log: Logger;
  metrics: GatewayMetrics;
}

/** What is known of an answer before its errors are made fit for the client. */
interface Outcome extends Answer {
  estimatedCost: number | null;
  planned?: Pick<PlannedOperation, 'plan' | 'plannedBy'>;
}

/** Whether something is told in `extensions`: `asked` tells it to whoever sends its name with `true` in theirs. */
export type InAnswer = 'never' | 'asked' | 'always';

/** Takes operations from their text to their answer: valid, guarded, planned, executed. Each step knows its operation from before. */
export function createOperationPipeline(options: OperationPipelineOptions): OperationPipeline {
  const {
    supergraph: live,
    know,
    door,
    planning,
    sourcesOf,
    canDefer,
    cost,
    planInAnswer,
    format,
    log,
    metrics,
  } = options;

  return {
    async answer(request, context) {
      const startedAt = performance.now();
      const { accept } = context.client;
      let known: KnownOperation | undefined;
      try {
        const supergraph = live.current();
        known = know(supergraph, request.text, request.operationName);
        const outcome = await run(supergraph, known, request, context);
        const { data, errors, extensions, later } = outcome;
        measure(known, errors.length === 0, startedAt);
        const told = toldBeside(outcome, request);
        return {
          head: statusOf(errors, data !== undefined, accept),
          data,
          errors: errors.length === 0 ? NONE : formatted(errors, known),
          extensions: extensions || told ? { ...extensions, ...told } : undefined,
          ...(later && { later: formattedLater(later, known) }),
        };
      } catch (error) {
        measure(known, false, startedAt);
        const errors = asGraphQLErrors(error);
        return {
          head: statusOf(errors, false, accept),
          data: undefined,
          errors: formatted(errors, known),
          extensions: undefined,
        };
      }
    },
    refusal(error, accept) {
      const errors = asGraphQLErrors(error);
      return {
        head: statusOf(errors, false, accept),
        data: undefined,
        errors: errors.map((each) => format(each.toJSON(), each)),
        extensions: undefined,
      };
    },
  };

  async function run(
    supergraph: Supergraph,
    known: KnownOperation,
    request: OperationRequest,
    context: RequestContext,
  ): Promise<Outcome> {
    const { kind, signature, guarded, defers } = known;
    if (request.queryOnly && kind !== OperationTypeNode.QUERY) throw onlyQueries(kind);
    const variables = request.variables ?? {};
    const coerced = coerceVariables(supergraph.apiSchema, signature, variables);
    if ('errors' in coerced) return { data: undefined, errors: coerced.errors, estimatedCost: null };
    const estimatedCost = door.costOf(guarded, coerced.values, context.client);
    await door.admitOperation(guarded, estimatedCost, context);
    request.onAdmitted?.();
    if (kind === OperationTypeNode.SUBSCRIPTION) throw needsAStream();
    const authorized = guarded.access === null ? null : await door.authorize(guarded, context);
    const text = authorized?.text ?? request.text;
    // What is refused is taken out of a whole answer.
    const defer = canDefer && defers && request.takesParts === true && authorized === null;
    const ready = planning.prepare(supergraph, { text, operationName: request.operationName, isValid: true, defer });
    const planned = ready instanceof Promise ? await ready : ready;
    const { compiled } = planned;
    const answer = await compiled({ variables, coerced: coerced.values, context, call: sourcesOf(supergraph) });
    known.usage?.count(variables, context.app);
    return { ...(authorized ? withoutRefused(answer, authorized, context) : answer), estimatedCost, planned };
  }

  function formatted(errors: readonly GraphQLError[], known: KnownOperation | undefined): GraphQLFormattedError[] {
    reportErrors({ log, metrics }, errors, known?.signature);
    return errors.map((error) => format(error.toJSON(), error));
  }

  async function* formattedLater(later: LaterParts, known: KnownOperation): AsyncGenerator<LaterAnswer> {
    for await (const { increments, hasNext } of later) {
      const incremental = increments.map((increment) => ({
        ...increment,
        errors: increment.errors.length === 0 ? NONE : formatted(increment.errors, known),
      }));
      yield { incremental, hasNext };
    }
  }

  function measure(known: KnownOperation | undefined, isFine: boolean, startedAt: number): void {
    const labels = { kind: known?.kind ?? 'unknown', outcome: isFine ? 'ok' : 'error' };
    metrics.operations.observe(labels, (performance.now() - startedAt) / 1_000);
  }

  /** COST_IN_ANSWER, QUERY_PLAN_IN_ANSWER. */
  function toldBeside({ estimatedCost: estimated, planned }: Outcome, { extensions }: OperationRequest) {
    const tellsCost = estimated !== null && isTold(cost.inAnswer, extensions?.cost);
    const tellsPlan = planned !== undefined && isTold(planInAnswer, extensions?.queryPlan);
    if (!tellsCost && !tellsPlan) return undefined;
    return {
      ...(tellsCost && { cost: { estimated, max: cost.max } }),
      ...(tellsPlan && { queryPlan: readablePlan(planned) }),
    };
  }
}

function isTold(inAnswer: InAnswer, asked: unknown): boolean {
  return inAnswer === 'always' || (inAnswer === 'asked' && asked === true);
}

/** The answer for those who write its text themselves. */
export function resultOf({ data, errors, extensions }: OperationAnswer): FormattedExecutionResult {
  return {
    ...(errors.length > 0 && { errors }),
    ...(data !== undefined && { data: JSON.parse(data) as Record<string, unknown> | null }),
    ...(extensions && { extensions }),
  };
}

const NONE: readonly GraphQLFormattedError[] = [];

function withoutRefused(answer: Answer, { refused }: AuthorizedOperation, context: RequestContext): Answer {
  if (answer.data === undefined) return answer;
  const { errors } = answer;
  const whole = { data: JSON.parse(answer.data) as Record<string, unknown> | null, errors };
  const rest = nullRefused(whole, refused, (path) => refusedAt(path, granteeOf(context)));
  return { ...answer, data: JSON.stringify(rest.data), errors: rest.errors };
}

function onlyQueries(kind: OperationTypeNode): GraphQLError {
  const headers = { allow: 'POST' };
  return badRequest(`GET requests only support query operations, not ${kind} operations`, { status: 405, headers });
}

function needsAStream(): GraphQLError {
  const message =
    'Subscriptions are served here as server-sent events (Accept: text/event-stream) and over a WebSocket (graphql-transport-ws).';
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
