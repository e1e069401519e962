import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import { NotFound } from '@shop/kernel';
import { continueTrace } from '@shop/service-kit';
import { type FormattedExecutionResult, print } from 'graphql';
import { asGraphQLError } from '../errors/client-error.ts';
import { type ExecuteOperation, toExecutionResult } from '../execution/engine.ts';
import type { Operation } from '../execution/operation.ts';
import type { SourcesOf } from '../execution/subgraph-sources.ts';
import type { FinishAnswer } from '../observability/finish-answer.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { Planning } from '../planning/planning.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { AnswerEvent, AnswerGroups } from './answer-groups.ts';
import { type CurrentState, currentStateQuery } from './current-state.ts';
import { prepareEventAnswers } from './event-answer.ts';
import type { StreamEvent } from './event-source.ts';
import type { EventStream } from './event-stream.ts';
import type { CursorExpired } from './missed-events.ts';
import { responseKey, type SubscribedField } from './subscribed-field.ts';

/** What a subscriber is told: an event that happened, the state there was when it came, or that it missed something. */
export type Item =
  | { event: StreamEvent }
  | { current: GatewayExecutionResult; cursor: string }
  | { expired: CursorExpired };

interface SubscriptionAnswersOptions {
  groups: AnswerGroups;
  supergraph: Supergraph;
  stream: EventStream;
  subscribed: SubscribedField;
  operation: Operation;
  sourcesOf: SourcesOf;
  planning: Planning<ExecuteOperation>;
  finish: FinishAnswer;
  metrics: GatewayMetrics;
}

export interface SubscriptionAnswers {
  answer(item: Item): Promise<FormattedExecutionResult>;
  /** Null when there is nothing to tell yet. Rejects when the viewer may not know, or when there must be a state. */
  currentState(): Promise<GatewayExecutionResult | null>;
  leave(): void;
}

/** One subscriber's operation, ready to be answered. Rejects when the operation cannot be. */
export async function createSubscriptionAnswers(options: SubscriptionAnswersOptions): Promise<SubscriptionAnswers> {
  const { groups, stream, operation, finish } = options;
  const group = await groups.join(options, () => prepareForEvents(options));
  const finished = (result: GatewayExecutionResult) => finish(result, operation.operation);

  return {
    async answer(item) {
      if ('event' in item) return group.answer(item.event);
      if ('expired' in item) return finished({ errors: [asGraphQLError(item.expired)] });
      const { current, cursor } = item;
      return finished({ ...current, extensions: { ...current.extensions, cursor } });
    },
    currentState: async () => stream.current && readCurrentState(stream.current, options),
    leave: group.leave,
  };
}

async function prepareForEvents(options: SubscriptionAnswersOptions): Promise<AnswerEvent> {
  const { supergraph, stream, operation, sourcesOf, planning, finish, metrics } = options;
  const { text, operationName, variables } = operation;
  const ready = await planning.prepare(supergraph, { text, operationName, isValid: true });
  const answer = prepareEventAnswers(supergraph, ready, { variables, call: sourcesOf(supergraph) });

  async function resultOf(event: StreamEvent, context: RequestContext): Promise<GatewayExecutionResult> {
    const told = { eventId: event.id, cursor: event.cursor };
    try {
      const result = await answer({ [stream.field]: stream.value(event.data) }, context);
      return { ...result, extensions: { ...result.extensions, ...told } };
    } catch (error) {
      // A subscription outlives an event it cannot tell.
      return { errors: [asGraphQLError(error)], extensions: told };
    }
  }

  return (event, context) =>
    continueTrace(event.traceparent, `subscription ${stream.field}`, async () => {
      metrics.subscriptionExecutions.inc({ field: stream.field });
      return finish(await resultOf(event, context), operation.operation);
    });
}

async function readCurrentState(
  current: CurrentState,
  { supergraph, stream, subscribed, operation, sourcesOf, planning }: SubscriptionAnswersOptions,
): Promise<GatewayExecutionResult | null> {
  const query = currentStateQuery(current, subscribed);
  const { compiled } = await planning.prepare(supergraph, { text: print(query.document), isValid: true });
  const { context } = operation;
  const call = sourcesOf(supergraph);
  const result = toExecutionResult(await compiled({ variables: query.variables, context, call }));
  if (result.errors?.length) throw new AggregateError(result.errors);
  const state: unknown = result.data?.[responseKey(subscribed.node)];
  if (state !== null && state !== undefined) return result;
  if (stream.currentRequired) throw new NotFound('There is nothing to subscribe to.');
  return null;
}
