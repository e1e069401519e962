import type { FormattedExecutionResult } from 'graphql';
import { asGraphQLErrors } from '../errors/client-error.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { RequestContext } from '../request-context.ts';
import type { Item } from './answer-groups.ts';
import { beginningOf, eventItems } from './beginning.ts';
import { type Cursor, encodeCursor } from './cursor.ts';
import { Delivery, type DeliverySource } from './delivery.ts';
import type { Hearer } from './event-feed.ts';
import type { EventHub, Membership } from './event-hub.ts';
import type { EventSource, StreamEvent } from './event-source.ts';
import { type MissedEventsOptions, missedEvents } from './missed-events.ts';
import { Place } from './place.ts';
import { SchemaReloaded } from './schema-reloaded.ts';
import type { CurrentTerms, Terms } from './subscription-terms.ts';

/** What all subscriptions of a process have in common. */
export interface SubscriptionHost {
  source: EventSource;
  hub: EventHub;
  metrics: GatewayMetrics;
  /** An answer is on its way to a subscriber of the field. */
  delivered(field: string): void;
  /** It is open no more. */
  left(subscription: Subscription): void;
}

/** So many events may wait for a subscriber that takes them slowly. */
const MAX_WAITING = 1_000;

/**
 * What one subscriber has open. A process has tens of thousands, so it is one object, with no function of its own and
 * nothing of how it began.
 */
export class Subscription implements Hearer, DeliverySource<Item, FormattedExecutionResult> {
  readonly context: RequestContext;
  readonly #terms: CurrentTerms;
  readonly #host: SubscriptionHost;
  readonly #place: Place;
  #membership: Membership | null = null;
  /** Whoever is yet to be told the state there is must not come back as one who knows it. */
  #isTold: boolean;
  /** What came before there was somebody to deliver it to. */
  #early: StreamEvent[] | null = [];
  #delivery: Delivery<Item, FormattedExecutionResult> | null = null;

  constructor(terms: CurrentTerms, context: RequestContext, cursor: Cursor | null, host: SubscriptionHost) {
    const { stream, current } = terms.now().stream;
    this.context = context;
    this.#terms = terms;
    this.#host = host;
    this.#place = new Place(cursor ?? { stream, created: '', sequence: 0, time: Date.now(), eventId: null });
    this.#isTold = cursor !== null || current === null;
  }

  get maxWaiting(): number {
    return MAX_WAITING;
  }

  /** Rejects with what refuses it before anything is told; then it is to be left. */
  async begin(cursor: Cursor | null): Promise<Delivery<Item, FormattedExecutionResult>> {
    const { source, hub, metrics } = this.#host;
    const { stream: eventStream, subject } = this.#terms.now();
    const topic = { filter: eventStream.subject.filter, subject };
    // Events are kept from before the first is read or the state is asked for, so that there is no gap between the two.
    const membership = await hub.join(eventStream.stream, topic, this);
    this.#membership = membership;
    metrics.openSubscriptions.inc({ field: eventStream.field });
    if (cursor === null) this.#place.moveTo({ ...membership.feed.last(), time: Date.now(), eventId: null });
    const answers = { currentState: () => this.#currentState() };
    const place = this.#place;
    const beginning = beginningOf({ cursor, eventStream, place, missed: this.#missed(membership), answers, source });
    const first = await beginning.next();
    const delivery = new Delivery(this, following(first, beginning));
    this.#delivery = delivery;
    for (const event of this.#early ?? []) delivery.push({ event });
    this.#early = null;
    return delivery;
  }

  hear(event: StreamEvent): void {
    if (this.#delivery === null) this.#early?.push(event);
    else this.#delivery.push({ event });
  }

  /** Looks whether its terms are still right, and ends it where they are not. */
  async review(): Promise<void> {
    try {
      await this.#mustBeRight();
    } catch (error) {
      this.#delivery?.fail(error as Error);
    }
  }

  /** Gives up all that it has. */
  leave(): void {
    this.#terms.leave();
    if (this.#membership === null) return;
    this.#membership.leave();
    this.#membership = null;
    this.#host.metrics.openSubscriptions.dec({ field: this.#field() });
  }

  catchUp(): AsyncIterator<Item, void> {
    const membership = this.#membership;
    return membership === null ? nothing() : eventItems(missedEvents(this.#place.cursor(), this.#missed(membership)));
  }

  isPast(item: Item): boolean {
    return 'event' in item && this.#place.isPast(item.event);
  }

  answer(item: Item): FormattedExecutionResult | Promise<FormattedExecutionResult> {
    this.#isTold = true;
    if ('event' in item) this.#place.reach(item.event);
    const { stream, answers } = this.#terms.now();
    this.#host.delivered(stream.field);
    return answers.answer(item);
  }

  closed(failure: Error | null): void {
    this.leave();
    this.#host.left(this);
    if (failure) this.#host.metrics.endedSubscriptions.inc({ field: this.#field(), code: codeOf(failure) });
  }

  #field(): string {
    return this.#terms.now().stream.field;
  }

  async #mustBeRight(): Promise<void> {
    if (await this.#terms.review()) return;
    throw new SchemaReloaded(this.#isTold ? encodeCursor(this.#place.cursor()) : null);
  }

  async #currentState(): ReturnType<Terms['answers']['currentState']> {
    await this.#mustBeRight();
    return this.#terms.now().answers.currentState();
  }

  #missed({ feed }: Membership): MissedEventsOptions {
    const { source, metrics } = this.#host;
    const { stream, subject } = this.#terms.now();
    const onRead = (created: string, last: number) => this.#place.pass(created, last);
    return { source, feed, stream: stream.stream, subject, metrics, onRead };
  }
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

async function* nothing(): AsyncGenerator<never, void> {}
