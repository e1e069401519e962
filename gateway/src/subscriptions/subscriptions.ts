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
import { createAnswerGroups } from './answer-groups.ts';
import { beginningOf, eventItems } from './beginning.ts';
import { decodeCursor } from './cursor.ts';
import { Delivery } from './delivery.ts';
import type { EventHub } from './event-hub.ts';
import type { EventSource, StreamEvent } from './event-source.ts';
import { missedEvents } from './missed-events.ts';
import { createPlace } from './place.ts';
import { readSubscribedField, type SubscribedField } from './subscribed-field.ts';
import { createSubscriptionAnswers, type Item } from './subscription-answers.ts';
import { createSubscriptionCounter, type SubscriptionLimits } from './subscription-limits.ts';

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
  limits: SubscriptionLimits;
}

/** So many events may wait for a subscriber that takes them slowly. */
const MAX_WAITING = 1_000;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { events, sourcesOf, planning, finish, metrics } = options;
  const groups = createAnswerGroups();
  const count = createSubscriptionCounter(options.limits);
  return {
    async open(supergraph, operation) {
      const subscribed = subscribedFieldOf(supergraph, operation);
      const field = subscribed.field.name;
      const eventStream = supergraph.eventStreams.get(field);
      if (eventStream === undefined) throw new ServiceUnavailable(`${field} has no events to offer.`);
      if (events === null) throw new ServiceUnavailable('Subscriptions are switched off here.');
      const { stream } = eventStream;
      const { source, hub } = events;
      const viewerId = operation.context.token?.viewerId ?? null;
      const subject = eventStream.subject.fill({ args: subscribed.args, viewerId });
      const cursor = decodeCursor(operation.extensions?.cursor, stream);
      // What is to be given up when the subscriber leaves, or never comes to be one.
      const leaving = [count(viewerId)];
      const leave = () => {
        for (const giveUp of leaving.splice(0)) giveUp();
      };
      try {
        const parts = { groups, supergraph, stream: eventStream, subscribed, operation };
        const answers = await createSubscriptionAnswers({ ...parts, sourcesOf, planning, finish, metrics });
        leaving.push(answers.leave);

        // Events are kept from before the first is read or the state is asked for, so that there is no gap between the two.
        const early: StreamEvent[] = [];
        let take = (event: StreamEvent): void => void early.push(event);
        const topic = { filter: eventStream.subject.filter, subject };
        const membership = await hub.join(stream, topic, (event) => take(event));
        metrics.openSubscriptions.inc({ field });
        leaving.push(membership.leave, () => metrics.openSubscriptions.dec({ field }));

        const place = createPlace(stream, cursor ?? { ...membership.last(), stream, time: Date.now(), eventId: null });
        const missed = { source, membership, stream, subject, metrics, onRead: place.pass };
        const beginning = beginningOf({ cursor, eventStream, place, missed, answers, source });
        const first = await beginning.next();
        const delivery = new Delivery<Item, FormattedExecutionResult>({
          beginning: following(first, beginning),
          catchUp: () => eventItems(missedEvents(place.cursor(), missed)),
          isPast: (item) => 'event' in item && place.isPast(item.event),
          answer(item) {
            if ('event' in item) place.reach(item.event);
            metrics.deliveries.inc({ field });
            return answers.answer(item);
          },
          onClose: leave,
          maxWaiting: MAX_WAITING,
        });
        take = (event) => delivery.push({ event });
        early.forEach(take);
        return delivery;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

/** A generator whose first answer somebody has taken already. */
async function* following<T>(first: IteratorResult<T, void>, rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

function subscribedFieldOf({ apiSchema }: Supergraph, { document, operation, variables }: Operation): SubscribedField {
  const coerced = coerceVariables(apiSchema, operation, variables);
  if ('errors' in coerced) throw new AggregateError(coerced.errors);
  return readSubscribedField(apiSchema, { document, operation, variables, coerced: coerced.values });
}
