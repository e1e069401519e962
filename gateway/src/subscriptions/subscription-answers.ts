import { NotFound } from '@shop/kernel';
import { continueTrace } from '@shop/service-kit';
import { type ExecutionResult, print } from 'graphql';
import { asGraphQLError } from '../errors/client-error.ts';
import { type ExecuteOperation, toExecutionResult } from '../execution/engine.ts';
import type { SourcesOf } from '../execution/subgraphs/subgraph-sources.ts';
import { granteeOf } from '../guards/door.ts';
import { refusedAt } from '../guards/granted.ts';
import { nullRefused } from '../guards/refused-fields.ts';
import type { FinishAnswer } from '../observability/finish-answer.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { QueryPlan } from '../planning/plan.ts';
import type { Planning } from '../planning/planning.ts';
import type { RequestContext } from '../request-context.ts';
import type { AnswerGroups, PreparedAnswers, SubscriptionAnswers } from './answer-groups.ts';
import type { AuthorizedSubscription } from './authorized-subscription.ts';
import { type CurrentState, currentStateQuery } from './current-state.ts';
import { prepareEventAnswers } from './event-answer.ts';
import type { StreamEvent } from './event-source.ts';
import { responseKey } from './subscribed-field.ts';

export interface AnsweringOptions {
  groups: AnswerGroups;
  sourcesOf: SourcesOf;
  planning: Planning<ExecuteOperation>;
  finish: FinishAnswer;
  metrics: GatewayMetrics;
}

/** One subscriber's operation, ready to be answered. Rejects when the operation cannot be. */
export function createSubscriptionAnswers(
  wanted: AuthorizedSubscription,
  options: AnsweringOptions,
): Promise<SubscriptionAnswers> {
  return options.groups.join(wanted, () => prepareAnswers(wanted, options));
}

async function prepareAnswers(wanted: AuthorizedSubscription, options: AnsweringOptions): Promise<PreparedAnswers> {
  const { supergraph, stream, operation } = wanted;
  const { sourcesOf, planning, finish, metrics } = options;
  const { text, operationName, variables } = operation;
  const ready = await planning.prepare(supergraph, { text, operationName, isValid: true });
  const answer = prepareEventAnswers(supergraph, ready, { variables, call: sourcesOf(supergraph) });
  const withoutRefused = withoutRefusedOf(wanted);

  const finished = (result: ExecutionResult) => finish(result, operation.operation);

  async function resultOf(event: StreamEvent, context: RequestContext): Promise<ExecutionResult> {
    const told = { eventId: event.id, cursor: event.cursor };
    try {
      const result = withoutRefused(await answer({ [stream.field]: stream.value(event.data) }, context));
      return { ...result, extensions: { ...result.extensions, ...told } };
    } catch (error) {
      // A subscription outlives an event it cannot tell.
      return { errors: [asGraphQLError(error)], extensions: told };
    }
  }

  return {
    plan: textOf(ready.plan),
    answer: (event, context) =>
      continueTrace(event.traceparent, `subscription ${stream.field}`, async () => {
        metrics.subscriptionExecutions.inc({ field: stream.field });
        return finished(await resultOf(event, context));
      }),
    async answerBefore(item) {
      if ('expired' in item) return finished({ errors: [asGraphQLError(item.expired)] });
      const { current, cursor } = item;
      return finished({ ...current, extensions: { ...current.extensions, cursor } });
    },
    async currentState(context) {
      const state = stream.current && (await readCurrentState(stream.current, { ...wanted, context }, options));
      return state && withoutRefused(state);
    },
  };
}

async function readCurrentState(
  current: CurrentState,
  { supergraph, stream, subscribed, context }: AuthorizedSubscription & { context: RequestContext },
  { sourcesOf, planning, metrics }: AnsweringOptions,
): Promise<ExecutionResult | null> {
  metrics.currentStates.inc({ field: stream.field });
  const query = currentStateQuery(current, subscribed);
  const { compiled } = await planning.prepare(supergraph, { text: print(query.document), isValid: true });
  const call = sourcesOf(supergraph);
  const result = toExecutionResult(await compiled({ variables: query.variables, context, call }));
  if (result.errors?.length) throw new AggregateError(result.errors);
  const state: unknown = result.data?.[responseKey(subscribed.node)];
  if (state !== null && state !== undefined) return result;
  if (stream.currentRequired) throw new NotFound('There is nothing to subscribe to.');
  return null;
}

/** What is refused of an operation is refused of each of its answers. */
function withoutRefusedOf({ refused, operation }: AuthorizedSubscription) {
  const grantee = granteeOf(operation.context);
  return (result: ExecutionResult): ExecutionResult =>
    refused === null ? result : nullRefused(result, refused, (path) => refusedAt(path, grantee));
}

const texts = new WeakMap<QueryPlan, string>();

function textOf(plan: QueryPlan): string {
  const known = texts.get(plan) ?? JSON.stringify(plan);
  texts.set(plan, known);
  return known;
}
