import type { FormattedExecutionResult } from 'graphql';
import type { Operation } from '../execution/operation.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { StreamEvent } from './event-source.ts';
import type { EventStream } from './event-stream.ts';

/** Tells one event to one operation. */
export type AnswerEvent = (event: StreamEvent, context: RequestContext) => Promise<FormattedExecutionResult>;

export interface GroupMembership {
  /** What all members are told of an event. */
  answer(event: StreamEvent): Promise<FormattedExecutionResult>;
  leave(): void;
}

export interface AnswerGroups {
  join(wanted: WantedAnswers, prepare: () => Promise<AnswerEvent>): Promise<GroupMembership>;
}

export interface WantedAnswers {
  supergraph: Supergraph;
  stream: EventStream;
  operation: Operation;
}

interface Group {
  answerEvent: Promise<AnswerEvent>;
  members: Set<{ context: RequestContext }>;
  answers: WeakMap<StreamEvent, Promise<FormattedExecutionResult>>;
}

/**
 * Equal subscriptions are answered once for each event: those to a PUBLIC field for everybody, those to a VIEWER field for
 * each user, with the token of theirs that is valid for longest.
 */
export function createAnswerGroups(): AnswerGroups {
  const groups = new Map<string, Group>();

  return {
    async join({ supergraph, stream, operation }, prepare) {
      const { text, operationName, variables, context } = operation;
      const viewer = stream.audience === 'PUBLIC' ? null : viewerKey(context);
      const key = JSON.stringify([supergraph.id, viewer, operationName, variables, text]);
      const group: Group = groups.get(key) ?? { answerEvent: prepare(), members: new Set(), answers: new WeakMap() };
      groups.set(key, group);
      const member = { context };
      group.members.add(member);

      const leave = () => {
        group.members.delete(member);
        if (group.members.size === 0 && groups.get(key) === group) groups.delete(key);
      };
      try {
        const answerEvent = await group.answerEvent;
        const contextNow = () => (stream.audience === 'PUBLIC' ? { ...context, token: null } : newest(group, context));
        return { answer: (event) => once(group, event, () => answerEvent(event, contextNow())), leave };
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

/** Tokens that nobody has verified say nothing of whose they are. */
function viewerKey({ token }: RequestContext): string | null {
  return token?.viewerId ?? token?.authorization ?? null;
}

function newest({ members }: Group, own: RequestContext): RequestContext {
  const contexts = Array.from(members, ({ context }) => context);
  return contexts.reduce((last, each) => (expiryOf(each) > expiryOf(last) ? each : last), own);
}

function expiryOf({ token }: RequestContext): number {
  return token?.expiresAt?.getTime() ?? 0;
}
