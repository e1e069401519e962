import type { RequestContext } from '../request-context.ts';
import type { LiveSupergraph } from '../supergraph/live-supergraph.ts';
import type { OperationRequest } from '../transport/operation-pipeline.ts';
import type { SubscriptionAnswers } from './answer-groups.ts';
import type { AuthorizedSubscription, AuthorizeSubscription } from './authorized-subscription.ts';
import { type AnsweringOptions, createSubscriptionAnswers } from './subscription-answers.ts';

/** What a subscription is and how it is answered, for the supergraph and the token there are. */
export interface Terms extends Pick<AuthorizedSubscription, 'supergraph' | 'stream' | 'subject'> {
  /** Of the operation, without what its viewer may not have. */
  text: string;
  token: RequestContext['token'];
  answers: SubscriptionAnswers;
}

export interface TermsOptions extends AnsweringOptions {
  supergraph: Pick<LiveSupergraph, 'current'>;
  authorize: AuthorizeSubscription;
}

/**
 * The terms of one subscription, as supergraphs and tokens change. Whatever outlives such a change gets to the old
 * supergraph by these alone, so that nothing keeps it.
 */
export class CurrentTerms {
  readonly #asked: Pick<OperationRequest, 'text' | 'operationName' | 'variables'>;
  readonly #context: RequestContext;
  readonly #options: TermsOptions;
  #terms: Terms;
  #isLeft = false;
  /** Null when nobody looks. */
  #reviewing: Promise<boolean> | null = null;

  constructor(
    { text, operationName, variables }: OperationRequest,
    context: RequestContext,
    terms: Terms,
    options: TermsOptions,
  ) {
    this.#asked = { text, operationName, variables };
    this.#context = context;
    this.#terms = terms;
    this.#options = options;
  }

  now(): Terms {
    return this.#terms;
  }

  /**
   * Looks whether they are still right, one time after the other. False when the supergraph that is served now answers the
   * subscription in another way, or not at all; rejects with what the viewer's token does not allow any more.
   */
  async review(): Promise<boolean> {
    if (this.#isRight()) return true;
    const reviewing = (this.#reviewing ?? Promise.resolve(true)).then(() => this.#review());
    this.#reviewing = reviewing;
    try {
      return await reviewing;
    } finally {
      if (this.#reviewing === reviewing) this.#reviewing = null;
    }
  }

  leave(): void {
    this.#isLeft = true;
    this.#terms.answers.leave();
  }

  #isServed(): boolean {
    return this.#terms.supergraph === this.#options.supergraph.current();
  }

  #isRight(): boolean {
    return this.#isLeft || (this.#isServed() && this.#terms.token === this.#context.token);
  }

  async #review(): Promise<boolean> {
    if (this.#isRight()) return true;
    const before = this.#terms;
    const next = await agree({ ...this.#asked, extensions: undefined }, this.#context, this.#options).catch(
      (error: unknown) => {
        if (this.#isServed()) throw error;
        return null;
      },
    );
    if (next === null) return false;
    const isReload = before.supergraph !== next.supergraph;
    const isGoingOn = !isReload || isSame(before, next);
    if (this.#isLeft || !isGoingOn) {
      next.answers.leave();
      return this.#isLeft;
    }
    this.#terms = next;
    before.answers.leave();
    if (isReload) this.#options.metrics.keptSubscriptions.inc({ field: next.stream.field });
    // Another one may have come meanwhile.
    return this.#review();
  }
}

/** Rejects with a DomainError, a GraphQLError, or several of them in an AggregateError, when the operation is refused. */
export async function openTerms(
  request: OperationRequest,
  context: RequestContext,
  options: TermsOptions,
): Promise<CurrentTerms> {
  return new CurrentTerms(request, context, await agree(request, context, options, { isNew: true }), options);
}

async function agree(
  request: OperationRequest,
  context: RequestContext,
  options: TermsOptions,
  { isNew = false } = {},
): Promise<Terms> {
  const { token } = context;
  const authorized = await options.authorize(options.supergraph.current(), request, context, { isNew });
  const { supergraph, stream, subject, operation } = authorized;
  const answers = await createSubscriptionAnswers(authorized, options);
  return { supergraph, stream, subject, text: operation.text, token, answers };
}

/** The same events, told in the same way to somebody who may have the same of them. */
function isSame(before: Terms, next: Terms): boolean {
  return (
    before.stream.declaration === next.stream.declaration &&
    before.subject === next.subject &&
    before.text === next.text &&
    before.answers.plan === next.answers.plan
  );
}
