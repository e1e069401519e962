import { setImmediate as othersTurn } from 'node:timers/promises';
import { ServiceUnavailable } from '@shop/kernel';
import type { FormattedExecutionResult } from 'graphql';
import { asGraphQLErrors } from '../errors/client-error.ts';
import type { RequestContext } from '../request-context.ts';
import type { OperationRequest } from '../transport/operation-pipeline.ts';
import { createAnswerGroups } from './answer-groups.ts';
import { beginningOf, eventItems } from './beginning.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { Delivery } from './delivery.ts';
import type { EventHub } from './event-hub.ts';
import type { EventSource, StreamEvent } from './event-source.ts';
import { missedEvents } from './missed-events.ts';
import { createPlace } from './place.ts';
import { SchemaReloaded } from './schema-reloaded.ts';
import type { Item } from './subscription-answers.ts';
import { createSubscriptionCounter, type SubscriptionLimits } from './subscription-limits.ts';
import { openTerms, type TermsOptions } from './subscription-terms.ts';

export type Answers = AsyncGenerator<FormattedExecutionResult, void, void>;

export interface Subscriptions {
  /** Rejects with a DomainError, a GraphQLError, or several of them in an AggregateError, when it is refused. */
  open(request: OperationRequest, context: RequestContext): Promise<Answers>;
  /** Looks again at what a viewer has open who has brought another token: it may allow less, or more. */
  renewed(context: RequestContext): Promise<void>;
  /**
   * Takes all that is open over to the supergraph that is served now. A subscription that is answered there in the same way
   * goes on as if nothing had happened; any other ends with SUBSCRIPTION_SCHEMA_RELOAD.
   */
  takeOver(): Promise<void>;
}

export interface SubscriptionsOptions extends Omit<TermsOptions, 'groups'> {
  /** Null where no broker is configured. */
  events: { source: EventSource; hub: EventHub } | null;
  limits: SubscriptionLimits;
}

/** So many events may wait for a subscriber that takes them slowly. */
const MAX_WAITING = 1_000;
/** So many are taken over to another supergraph before others have their turn. */
const TAKEN_OVER_AT_ONCE = 100;

/** Has one subscription look whether its terms are still right. */
type Review = () => Promise<void>;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { events, metrics } = options;
  const termsOptions: TermsOptions = { ...options, groups: createAnswerGroups() };
  const count = createSubscriptionCounter(options.limits);
  /** By whose they are. */
  const open = new Map<RequestContext, Set<Review>>();

  function remember(context: RequestContext, review: Review): () => void {
    const reviews = open.get(context) ?? new Set();
    open.set(context, reviews);
    reviews.add(review);
    return () => {
      reviews.delete(review);
      if (reviews.size === 0) open.delete(context);
    };
  }

  return {
    async open(request, context) {
      if (events === null) throw new ServiceUnavailable('Subscriptions are switched off here.');
      const { source, hub } = events;
      // What is to be given up when the subscriber leaves, or never comes to be one.
      const leaving: (() => void)[] = [];
      const leave = () => {
        for (const giveUp of leaving.splice(0)) giveUp();
      };
      try {
        const terms = await openTerms(request, context, termsOptions);
        leaving.push(terms.leave);
        leaving.push(count(context.token?.viewerId ?? null));
        const { stream: eventStream, subject } = terms.now();
        const { stream, field } = eventStream;
        const cursor = decodeCursor(request.extensions?.cursor, stream);

        // Events are kept from before the first is read or the state is asked for, so that there is no gap between the two.
        const early: StreamEvent[] = [];
        let take = (event: StreamEvent): void => void early.push(event);
        const topic = { filter: eventStream.subject.filter, subject };
        const membership = await hub.join(stream, topic, (event) => take(event));
        metrics.openSubscriptions.inc({ field });
        leaving.push(membership.leave, () => metrics.openSubscriptions.dec({ field }));

        const place = createPlace(stream, cursor ?? { ...membership.last(), stream, time: Date.now(), eventId: null });
        // Whoever is yet to be told the state there is must not come back as one who knows it.
        let isTold = cursor !== null || eventStream.current === null;
        async function review(): Promise<void> {
          if (!(await terms.review())) throw new SchemaReloaded(isTold ? encodeCursor(place.cursor()) : null);
        }
        const answers = {
          async currentState() {
            await review();
            return terms.now().answers.currentState();
          },
        };
        const missed = { source, membership, stream, subject, metrics, onRead: place.pass };
        const beginning = beginningOf({ cursor, eventStream, place, missed, answers, source });
        const first = await beginning.next();
        const delivery = new Delivery<Item, FormattedExecutionResult>({
          beginning: following(first, beginning),
          catchUp: () => eventItems(missedEvents(place.cursor(), missed)),
          isPast: (item) => 'event' in item && place.isPast(item.event),
          answer(item) {
            isTold = true;
            if ('event' in item) place.reach(item.event);
            metrics.deliveries.inc({ field });
            return terms.now().answers.answer(item);
          },
          onClose(failure) {
            leave();
            if (failure) metrics.endedSubscriptions.inc({ field, code: codeOf(failure) });
          },
          maxWaiting: MAX_WAITING,
        });
        take = (event) => delivery.push({ event });
        early.forEach(take);
        const reviewOrEnd = () => review().catch((error: Error) => delivery.fail(error));
        leaving.push(remember(context, reviewOrEnd));
        // There may be another supergraph, or another token, than when it began.
        void reviewOrEnd();
        return delivery;
      } catch (error) {
        leave();
        throw error;
      }
    },
    async renewed(context) {
      await Promise.all(Array.from(open.get(context) ?? [], (review) => review()));
    },
    async takeOver() {
      const reviews = [...open.values()].flatMap((each) => [...each]);
      while (reviews.length > 0) {
        await Promise.all(reviews.splice(-TAKEN_OVER_AT_ONCE).map((review) => review()));
        await othersTurn();
      }
    },
  };
}

function codeOf(failure: Error): string {
  return String(asGraphQLErrors(failure)[0]?.extensions.code);
}

/** A generator whose first answer somebody has taken already. */
async function* following<T>(first: IteratorResult<T, void>, rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
