import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import { NotFound } from '@shop/kernel';
import { continueTrace } from '@shop/service-kit';
import { type FormattedExecutionResult, print } from 'graphql';
import { asGraphQLError } from '../errors/client-error.ts';
import { type ExecuteOperation, toExecutionResult } from '../execution/engine.ts';
import type { Operation } from '../execution/operation.ts';
import type { SourcesOf } from '../execution/subgraph-sources.ts';
import type { FinishAnswer } from '../observability/finish-answer.ts';
import type { Planning } from '../planning/planning.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { currentStateQuery } from './current-state.ts';
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
  supergraph: Supergraph;
  stream: EventStream;
  subscribed: SubscribedField;
  operation: Operation;
  sourcesOf: SourcesOf;
  planning: Planning<ExecuteOperation>;
  finish: FinishAnswer;
}

export interface SubscriptionAnswers {
  answer(item: Item): Promise<FormattedExecutionResult>;
  /** Null when there is nothing to tell yet. Rejects when the viewer may not know, or when there must be a state. */
  currentState(): Promise<GatewayExecutionResult | null>;
}

/** One subscriber's operation, ready to be answered. Rejects when the operation cannot be. */
export async function createSubscriptionAnswers(options: SubscriptionAnswersOptions): Promise<SubscriptionAnswers> {
  const { supergraph, stream, subscribed, operation, sourcesOf, planning, finish } = options;
  const { text, operationName } = operation;
  const ready = await planning.prepare(supergraph, { text, operationName, isValid: true });
  // A public answer is the same for everyone, so it is made with nobody's token.
  const token = stream.audience === 'PUBLIC' ? null : operation.context.token;
  const call = sourcesOf(supergraph);
  const { variables } = operation;
  const answerEvent = prepareEventAnswers(supergraph, ready, {
    variables,
    context: { ...operation.context, token },
    call,
  });

  async function resultOf({ data, id: eventId, cursor }: StreamEvent): Promise<GatewayExecutionResult> {
    const told = { eventId, cursor };
    try {
      const answer = await answerEvent({ [stream.field]: stream.value(data) });
      return { ...answer, extensions: { ...answer.extensions, ...told } };
    } catch (error) {
      // A subscription outlives an event it cannot tell.
      return { errors: [asGraphQLError(error)], extensions: told };
    }
  }

  return {
    async answer(item) {
      if ('expired' in item) return finish({ errors: [asGraphQLError(item.expired)] }, operation.operation);
      if ('current' in item) {
        const { current, cursor } = item;
        return finish({ ...current, extensions: { ...current.extensions, cursor } }, operation.operation);
      }
      const { event } = item;
      return continueTrace(event.traceparent, `subscription ${stream.field}`, async () =>
        finish(await resultOf(event), operation.operation),
      );
    },
    async currentState() {
      if (stream.current === null) return null;
      const query = currentStateQuery(stream.current, subscribed);
      const { compiled } = await planning.prepare(supergraph, { text: print(query.document), isValid: true });
      const { context } = operation;
      const result = toExecutionResult(await compiled({ variables: query.variables, context, call }));
      if (result.errors?.length) throw new AggregateError(result.errors);
      const state: unknown = result.data?.[responseKey(subscribed.node)];
      if (state !== null && state !== undefined) return result;
      if (stream.currentRequired) throw new NotFound('There is nothing to subscribe to.');
      return null;
    },
  };
}
