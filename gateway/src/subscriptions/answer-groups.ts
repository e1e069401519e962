import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { RequestContext } from '../request-context.ts';
import type { AuthorizedSubscription } from './authorized-subscription.ts';
import type { StreamEvent } from './event-source.ts';
import type { CursorExpired } from './missed-events.ts';
import { sharedAnswers } from './shared-answers.ts';

/** What a subscriber is told: an event that happened, the state there was when it came, or that it missed something. */
export type Item = { event: StreamEvent } | { current: ExecutionResult; cursor: string } | { expired: CursorExpired };

/** What equal subscriptions have in common. */
export interface PreparedAnswers {
  /** Tells how events are answered: where two are equal, it is done in the same way. */
  plan: string;
  /** Tells one event. */
  answer(event: StreamEvent, context: RequestContext): Promise<FormattedExecutionResult>;
  /** Tells one subscriber what comes before all events. */
  answerBefore(item: Exclude<Item, { event: StreamEvent }>): Promise<FormattedExecutionResult>;
  /** Null when there is nothing to tell yet. Rejects when the viewer may not know, or when there must be a state. */
  currentState(context: RequestContext): Promise<ExecutionResult | null>;
}

/** How one subscriber is answered. */
export interface SubscriptionAnswers extends Pick<PreparedAnswers, 'plan'> {
  answer(item: Item): FormattedExecutionResult | Promise<FormattedExecutionResult>;
  /** Asked for once for all who come at once. */
  currentState(): Promise<ExecutionResult | null>;
  leave(): void;
}

export interface AnswerGroups {
  /** Rejects when nobody's events can be answered so. */
  join(wanted: AuthorizedSubscription, prepare: () => Promise<PreparedAnswers>): Promise<SubscriptionAnswers>;
}

/**
 * Equal subscriptions are answered once for each event: those to a PUBLIC field for everybody, those to a VIEWER field for
 * each user, with the token of theirs that is valid for longest.
 */
export function createAnswerGroups(): AnswerGroups {
  const groups = new Map<string, Group>();

  return {
    async join(wanted, prepare) {
      const key = keyOf(wanted);
      const group = groups.get(key) ?? new Group(wanted, prepare(), () => groups.delete(key));
      groups.set(key, group);
      return group.join(wanted.operation.context);
    },
  };
}

/** Equal subscriptions, for as long as there are any. */
class Group {
  readonly #isPublic: boolean;
  readonly #preparing: Promise<PreparedAnswers>;
  readonly #emptied: () => void;
  readonly #members = new Set<Member>();
  /** Of the members, and of those that are still waiting to be. */
  #count = 0;
  /** Those that are there, or on their way. */
  readonly #answers = new WeakMap<StreamEvent, FormattedExecutionResult | Promise<FormattedExecutionResult>>();
  readonly #states = sharedAnswers<ExecutionResult | null>();

  constructor({ stream }: AuthorizedSubscription, preparing: Promise<PreparedAnswers>, emptied: () => void) {
    this.#isPublic = stream.audience === 'PUBLIC';
    this.#preparing = preparing;
    this.#emptied = emptied;
  }

  async join(context: RequestContext): Promise<SubscriptionAnswers> {
    this.#count += 1;
    try {
      const member = new Member(this, context, await this.#preparing);
      this.#members.add(member);
      return member;
    } catch (error) {
      this.#left();
      throw error;
    }
  }

  leave(member: Member): void {
    if (this.#members.delete(member)) this.#left();
  }

  answer(
    event: StreamEvent,
    prepared: PreparedAnswers,
    own: RequestContext,
  ): FormattedExecutionResult | Promise<FormattedExecutionResult> {
    const known = this.#answers.get(event);
    if (known !== undefined) return known;
    const answer = prepared.answer(event, this.#contextNow(own));
    this.#answers.set(event, answer);
    answer.then(
      (there) => this.#answers.set(event, there),
      () => {},
    );
    return answer;
  }

  currentState(prepared: PreparedAnswers, own: RequestContext): Promise<ExecutionResult | null> {
    return this.#states('', () => prepared.currentState(this.#contextNow(own)));
  }

  #left(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#emptied();
  }

  #contextNow(own: RequestContext): RequestContext {
    if (this.#isPublic) return { ...own, token: null };
    const contexts = Array.from(this.#members, ({ context }) => context);
    return contexts.reduce((last, each) => (expiryOf(each) > expiryOf(last) ? each : last), own);
  }
}

/** One subscriber in a group. */
class Member implements SubscriptionAnswers {
  readonly context: RequestContext;
  readonly #group: Group;
  readonly #prepared: PreparedAnswers;

  constructor(group: Group, context: RequestContext, prepared: PreparedAnswers) {
    this.#group = group;
    this.context = context;
    this.#prepared = prepared;
  }

  get plan(): string {
    return this.#prepared.plan;
  }

  answer(item: Item): FormattedExecutionResult | Promise<FormattedExecutionResult> {
    if ('event' in item) return this.#group.answer(item.event, this.#prepared, this.context);
    return this.#prepared.answerBefore(item);
  }

  currentState(): Promise<ExecutionResult | null> {
    return this.#group.currentState(this.#prepared, this.context);
  }

  leave(): void {
    this.#group.leave(this);
  }
}

function keyOf({ supergraph, stream, operation, refused }: AuthorizedSubscription): string {
  const { text, operationName, variables, context } = operation;
  const viewer = stream.audience === 'PUBLIC' ? null : viewerKey(context);
  // Whoever is refused a field is told so in the words for somebody who is known, or is not.
  const isKnown = refused && (context.token?.viewerId ?? null) !== null;
  return JSON.stringify([supergraph.id, viewer, isKnown, operationName, variables, text]);
}

/** Tokens that nobody has verified say nothing of whose they are; those of one user may differ in what they allow. */
function viewerKey({ token }: RequestContext): unknown {
  return token && (token.viewerId === null ? token.authorization : [token.viewerId, ...token.scopes.toSorted()]);
}

function expiryOf({ token }: RequestContext): number {
  return token?.expiresAt?.getTime() ?? 0;
}
