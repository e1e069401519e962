import { setImmediate as othersTurn } from 'node:timers/promises';
import { ServiceUnavailable } from '@shop/kernel';
import type { FormattedExecutionResult } from 'graphql';
import type { RequestContext } from '../request-context.ts';
import type { OperationRequest } from '../transport/operation-pipeline.ts';
import { createAnswerGroups } from './answer-groups.ts';
import { type Cursor, decodeCursor } from './cursor.ts';
import type { Delivery } from './delivery.ts';
import type { EventHub } from './event-hub.ts';
import type { EventSource } from './event-source.ts';
import { Subscription, type SubscriptionHost } from './subscription.ts';
import { createSubscriptionCounter, type SubscriptionLimits } from './subscription-limits.ts';
import { openTerms, type TermsOptions } from './subscription-terms.ts';
import { createTally } from './tally.ts';

/** What a subscriber is told, until there is no more. */
export interface Answers extends Pick<Delivery<unknown, FormattedExecutionResult>, 'tell' | 'next' | 'return'> {
  [Symbol.asyncIterator](): Answers;
}

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

/** So many are taken over to another supergraph before others have their turn. */
const TAKEN_OVER_AT_ONCE = 100;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { events, metrics } = options;
  const termsOptions: TermsOptions = { ...options, groups: createAnswerGroups() };
  const counter = createSubscriptionCounter(options.limits);
  const deliveries = createTally((field, count) => metrics.deliveries.inc({ field }, count));
  /** By whose they are. Mostly one each: an array is smaller than a set. */
  const open = new Map<RequestContext, Subscription[]>();
  const host: SubscriptionHost | null = events && { ...events, metrics, delivered: deliveries.add, left };

  function left(subscription: Subscription): void {
    const { context } = subscription;
    counter.remove(context.token?.viewerId ?? null);
    const others = open.get(context)?.filter((each) => each !== subscription) ?? [];
    if (others.length > 0) open.set(context, others);
    else open.delete(context);
  }

  return {
    async open(request, context) {
      if (host === null) throw new ServiceUnavailable('Subscriptions are switched off here.');
      const terms = await openTerms(request, context, termsOptions);
      try {
        const cursor = decodeCursor(request.extensions?.cursor, terms.now().stream.stream);
        counter.add(context.token?.viewerId ?? null);
        return await begin(new Subscription(terms, context, cursor, host), cursor);
      } catch (error) {
        terms.leave();
        throw error;
      }
    },
    async renewed(context) {
      await Promise.all(Array.from(open.get(context) ?? [], (each) => each.review()));
    },
    async takeOver() {
      const all = [...open.values()].flat();
      while (all.length > 0) {
        await Promise.all(all.splice(-TAKEN_OVER_AT_ONCE).map((each) => each.review()));
        await othersTurn();
      }
    },
  };

  async function begin(subscription: Subscription, cursor: Cursor | null): Promise<Answers> {
    try {
      const delivery = await subscription.begin(cursor);
      open.set(subscription.context, [...(open.get(subscription.context) ?? []), subscription]);
      // There may be another supergraph, or another token, than when it began.
      void subscription.review();
      return delivery;
    } catch (error) {
      subscription.leave();
      left(subscription);
      throw error;
    }
  }
}
