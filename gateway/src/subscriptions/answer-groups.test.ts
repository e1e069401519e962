import { describe, expect, it } from '@jest/globals';
import type { RequestContext } from '../request-context.ts';
import { createAnswerGroups } from './answer-groups.ts';
import type { AuthorizedSubscription } from './authorized-subscription.ts';
import type { StreamEvent } from './event-source.ts';

interface Member {
  /** Nobody in particular when left out. */
  user?: string;
  scopes?: string[];
  expiresAt?: number;
  audience?: 'PUBLIC' | 'VIEWER';
  supergraph?: string;
  text?: string;
  variables?: Record<string, unknown>;
  isRefusedSomething?: boolean;
}

function contextOf({ user, scopes = [], expiresAt = 0 }: Member): RequestContext {
  const token =
    user === undefined ? null : { authorization: '', viewerId: user, scopes, expiresAt: new Date(expiresAt) };
  return { token, client: { address: '', accept: undefined }, idempotencyKey: null };
}

function wantedBy(member: Member): AuthorizedSubscription {
  const { audience = 'VIEWER', supergraph = 's1', text = 'subscription { a }', variables = {} } = member;
  const operation = { text, operationName: undefined, variables, context: contextOf(member) };
  const refused = member.isRefusedSomething ? {} : null;
  return {
    supergraph: { id: supergraph },
    stream: { audience },
    operation,
    refused,
  } as unknown as AuthorizedSubscription;
}

/** Tells all of one event; gives the tokens that it was asked for with. */
async function askedBy(...members: Member[]) {
  const groups = createAnswerGroups();
  const asked: RequestContext['token'][] = [];
  const prepare = async () => ({
    plan: '',
    async answer(_event: StreamEvent, { token }: RequestContext) {
      asked.push(token);
      return {};
    },
    answerBefore: async () => ({}),
    currentState: async () => null,
  });
  const joined = await Promise.all(members.map((member) => groups.join(wantedBy(member), prepare)));
  const event = {} as StreamEvent;
  await Promise.all(joined.map((each) => each.answer({ event })));
  return asked;
}

describe('equal subscriptions', () => {
  it('of one user are answered once', async () => {
    expect(await askedBy({ user: 'ann', scopes: ['a', 'b'] }, { user: 'ann', scopes: ['b', 'a'] })).toHaveLength(1);
  });

  it('of one user are answered with the token that is valid for longest', async () => {
    const asked = await askedBy(
      { user: 'ann', expiresAt: 1 },
      { user: 'ann', expiresAt: 3 },
      { user: 'ann', expiresAt: 2 },
    );
    expect(asked).toMatchObject([{ expiresAt: new Date(3) }]);
  });

  it('to what is public are answered once for all, with nobody’s token', async () => {
    const audience = 'PUBLIC';
    expect(await askedBy({ audience, user: 'ann' }, { audience, user: 'bob' }, { audience })).toEqual([null]);
  });
});

const ann: Member = { user: 'ann' };
const publicly: Member = { audience: 'PUBLIC' };

describe('subscriptions are answered each for itself', () => {
  it.each<[string, Member, Member]>([
    ['of two users', ann, { user: 'bob' }],
    ['of a user and of nobody', ann, {}],
    ['of two tokens that allow different things', { ...ann, scopes: ['a'] }, { ...ann, scopes: ['b'] }],
    ['of a token that allows less', { ...ann, scopes: ['a'] }, ann],
    ['of two supergraphs', { ...publicly, supergraph: 's1' }, { ...publicly, supergraph: 's2' }],
    ['of two texts', { ...publicly, text: 'subscription { a }' }, { ...publicly, text: 'subscription { b }' }],
    ['of other variables', { ...publicly, variables: { id: 1 } }, { ...publicly, variables: { id: 2 } }],
    [
      'of somebody and of nobody, who are refused the same in other words',
      { ...publicly, ...ann, isRefusedSomething: true },
      { ...publicly, isRefusedSomething: true },
    ],
  ])('%s', async (_what, one, other) => {
    expect(await askedBy(one, other)).toHaveLength(2);
  });
});
