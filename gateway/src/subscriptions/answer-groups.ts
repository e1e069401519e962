import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import type { FormattedExecutionResult } from 'graphql';
import type { RequestContext } from '../request-context.ts';
import type { AuthorizedSubscription } from './authorized-subscription.ts';
import type { StreamEvent } from './event-source.ts';
import { sharedAnswers } from './shared-answers.ts';

/** What equal subscriptions have in common. */
export interface PreparedAnswers {
  /** Tells how events are answered: where two are equal, it is done in the same way. */
  plan: string;
  /** Tells one event. */
  answer(event: StreamEvent, context: RequestContext): Promise<FormattedExecutionResult>;
  /** Null when there is nothing to tell yet. Rejects when the viewer may not know, or when there must be a state. */
  currentState(context: RequestContext): Promise<GatewayExecutionResult | null>;
}

export interface GroupMembership {
  plan: string;
  /** What all members are told of an event. */
  answer(event: StreamEvent): Promise<FormattedExecutionResult>;
  /** Asked for once for all who come at once. */
  currentState(): Promise<GatewayExecutionResult | null>;
  leave(): void;
}

export interface AnswerGroups {
  join(wanted: AuthorizedSubscription, prepare: () => Promise<PreparedAnswers>): Promise<GroupMembership>;
}

interface Group {
  key: string;
  prepared: Promise<PreparedAnswers>;
  members: Set<{ context: RequestContext }>;
  answers: WeakMap<StreamEvent, Promise<FormattedExecutionResult>>;
  states: ReturnType<typeof sharedAnswers<GatewayExecutionResult | null>>;
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
      const { stream, operation } = wanted;
      const { context } = operation;
      const group: Group = groups.get(key) ?? {
        key,
        prepared: prepare(),
        members: new Set(),
        answers: new WeakMap(),
        states: sharedAnswers(),
      };
      groups.set(key, group);
      const member = { context };
      group.members.add(member);

      const leave = () => {
        group.members.delete(member);
        if (group.members.size === 0 && groups.get(group.key) === group) groups.delete(group.key);
      };
      try {
        const { plan, answer, currentState } = await group.prepared;
        const isPublic = stream.audience === 'PUBLIC';
        const contextNow = () => (isPublic ? { ...context, token: null } : newest(group, context));
        return {
          plan,
          answer: (event) => once(group, event, () => answer(event, contextNow())),
          currentState: () => group.states('', () => currentState(contextNow())),
          leave,
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
  };

  function once(
    { answers }: Group,
    event: StreamEvent,
    answerNow: () => Promise<FormattedExecutionResult>,
  ): Promise<FormattedExecutionResult> {
    const known = answers.get(event);
    if (known) return known;
    const answer = answerNow();
    answers.set(event, answer);
    return answer;
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

function newest({ members }: Group, own: RequestContext): RequestContext {
  const contexts = Array.from(members, ({ context }) => context);
  return contexts.reduce((last, each) => (expiryOf(each) > expiryOf(last) ? each : last), own);
}

function expiryOf({ token }: RequestContext): number {
  return token?.expiresAt?.getTime() ?? 0;
}
