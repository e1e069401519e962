import { ServiceUnavailable } from '@shop/kernel';
import type { FormattedExecutionResult } from 'graphql';
import { coerceVariables } from '../errors/bad-variables.ts';
import type { ExecuteOperation } from '../execution/engine.ts';
import type { Operation } from '../execution/operation.ts';
import type { SourcesOf } from '../execution/subgraph-sources.ts';
import type { FinishAnswer } from '../observability/finish-answer.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { Planning } from '../planning/planning.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { Delivery } from './delivery.ts';
import type { EventHub } from './event-hub.ts';
import type { EventSource, StreamEvent } from './event-source.ts';
import { subjectMatches } from './subject-template.ts';
import { readSubscribedField, type SubscribedField } from './subscribed-field.ts';
import { createSubscriptionAnswers, type Item } from './subscription-answers.ts';

export type Answers = AsyncGenerator<FormattedExecutionResult, void, void>;

export interface Subscriptions {
  /** Rejects with a DomainError, a GraphQLError, or several of them in an AggregateError, when it is refused. */
  open(supergraph: Supergraph, operation: Operation): Promise<Answers>;
}

export interface SubscriptionsOptions {
  /** Null where no broker is configured. */
  events: { source: EventSource; hub: EventHub } | null;
  sourcesOf: SourcesOf;
  planning: Planning<ExecuteOperation>;
  finish: FinishAnswer;
  metrics: GatewayMetrics;
}

/** Issue 6 lets a client come back here with a cursor, and answers equal subscriptions once. */
export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { events, sourcesOf, planning, finish, metrics } = options;
  return {
    async open(supergraph, operation) {
      const subscribed = subscribedFieldOf(supergraph, operation);
      const field = subscribed.field.name;
      const stream = supergraph.eventStreams.get(field);
      if (stream === undefined) throw new ServiceUnavailable(`${field} has no events to offer.`);
      if (events === null) throw new ServiceUnavailable('Subscriptions are switched off here.');
      const viewerId = operation.context.token?.viewerId ?? null;
      const subject = stream.subject.fill({ args: subscribed.args, viewerId });
      const answers = await createSubscriptionAnswers({
        supergraph,
        stream,
        subscribed,
        operation,
        sourcesOf,
        planning,
        finish,
      });

      // Events are kept from before the current state is read, so that there is no gap between the two; those that the
      // state may tell of already are passed over.
      const early: StreamEvent[] = [];
      let take = (event: StreamEvent) => void early.push(event);
      const { leave } = await events.hub.join(stream.stream, stream.subject.filter, (event) => {
        if (subjectMatches(subject, event.subject)) take(event);
      });
      metrics.openSubscriptions.inc({ field });
      const delivery = new Delivery<Item, FormattedExecutionResult>(
        (item) => {
          metrics.deliveries.inc({ field });
          return answers.answer(item);
        },
        () => {
          leave();
          metrics.openSubscriptions.dec({ field });
        },
      );
      try {
        const after = stream.current ? await events.source.lastSequence(stream.stream) : 0;
        const current = await answers.currentState();
        if (current) delivery.push({ current });
        take = (event) => {
          if (event.sequence > after) delivery.push({ event });
        };
        early.forEach(take);
      } catch (error) {
        await delivery.return();
        throw error;
      }
      return delivery;
    },
  };
}

function subscribedFieldOf({ apiSchema }: Supergraph, { document, operation, variables }: Operation): SubscribedField {
  const coerced = coerceVariables(apiSchema, operation, variables);
  if ('errors' in coerced) throw new AggregateError(coerced.errors);
  return readSubscribedField(apiSchema, { document, operation, variables, coerced: coerced.values });
}
