import type { RequestContext } from '../request-context.ts';
import type { LiveSupergraph } from '../supergraph/live-supergraph.ts';
import type { OperationRequest } from '../transport/operation-pipeline.ts';
import type { AuthorizedSubscription, AuthorizeSubscription } from './authorized-subscription.ts';
import { type AnsweringOptions, createSubscriptionAnswers, type SubscriptionAnswers } from './subscription-answers.ts';

/** What a subscription is and how it is answered, for the supergraph and the token there are. */
export interface Terms extends AuthorizedSubscription {
  token: RequestContext['token'];
  answers: SubscriptionAnswers;
}

/**
 * The terms of one subscription, as supergraphs and tokens change. Whatever outlives such a change gets to the old
 * supergraph by these alone, so that nothing keeps it.
 */
export interface CurrentTerms {
  now(): Terms;
  /**
   * Looks whether they are still right. False when the supergraph that is served now answers the subscription in another
   * way, or not at all; rejects with what the viewer's token does not allow any more.
   */
  review(): Promise<boolean>;
  leave(): void;
}

export interface TermsOptions extends AnsweringOptions {
  supergraph: Pick<LiveSupergraph, 'current'>;
  authorize: AuthorizeSubscription;
}

/** Rejects with a DomainError, a GraphQLError, or several of them in an AggregateError, when the operation is refused. */
export async function openTerms(
  request: OperationRequest,
  context: RequestContext,
  options: TermsOptions,
): Promise<CurrentTerms> {
  const { supergraph: served, authorize, metrics } = options;
  let terms = await agree(true);
  let isLeft = false;
  let reviewing = Promise.resolve(true);

  async function agree(isNew: boolean): Promise<Terms> {
    const { token } = context;
    const authorized = await authorize(served.current(), request, context, { isNew });
    return { ...authorized, token, answers: await createSubscriptionAnswers(authorized, options) };
  }

  async function review(): Promise<boolean> {
    const before = terms;
    const isServed = () => before.supergraph === served.current();
    if (isLeft || (isServed() && before.token === context.token)) return true;
    const next = await agree(false).catch((error: unknown) => {
      if (isServed()) throw error;
      return null;
    });
    if (next === null) return false;
    const isReload = before.supergraph !== next.supergraph;
    const isGoingOn = !isReload || isSame(before, next);
    if (isLeft || !isGoingOn) {
      next.answers.leave();
      return isLeft;
    }
    terms = next;
    before.answers.leave();
    if (isReload) metrics.keptSubscriptions.inc({ field: next.stream.field });
    // Another one may have come meanwhile.
    return review();
  }

  return {
    now: () => terms,
    review() {
      reviewing = reviewing.then(review);
      return reviewing;
    },
    leave() {
      isLeft = true;
      terms.answers.leave();
    },
  };
}

/** The same events, told in the same way to somebody who may have the same of them. */
function isSame(before: Terms, next: Terms): boolean {
  return (
    before.stream.declaration === next.stream.declaration &&
    before.subject === next.subject &&
    before.operation.text === next.operation.text &&
    before.answers.plan === next.answers.plan
  );
}
