import { ServiceUnavailable } from '@shop/kernel';
import type { AskedOperation } from '@shop/service-kit';
import { type FormattedExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { KnowOperation } from '../operations/known-operations.ts';
import type { RequestContext } from '../request-context.ts';
import { NOT_YET } from '../supergraph/hold-while-answering.ts';
import type { LiveSupergraph } from '../supergraph/live-supergraph.ts';
import type { AdmitText } from '../transport/admit-text.ts';
import { type OperationPipeline, resultOf } from '../transport/operation-pipeline.ts';
import type { Answers, Subscriptions } from './subscriptions.ts';

export interface OperationStarterOptions {
  supergraph: Pick<LiveSupergraph, 'current' | 'absence' | 'hold'>;
  subscriptions: Pick<Subscriptions, 'open'>;
  pipeline: Pick<OperationPipeline, 'answer'>;
  know: KnowOperation;
  admitText: AdmitText;
}

/** Begins an operation of any kind, for somebody who was let in. Rejects when it is refused. */
export type StartOperation = (
  asked: AskedOperation,
  context: RequestContext,
  options?: { subscriptionsOnly?: boolean },
) => Promise<Answers | FormattedExecutionResult>;

/** Begins what is to be told over a connection: subscriptions here, queries and mutations where they go over HTTP too. */
export function operationStarter(options: OperationStarterOptions): StartOperation {
  const { supergraph, subscriptions, pipeline, know, admitText } = options;

  return async (asked, context, { subscriptionsOnly = false } = {}) => {
    if (supergraph.absence() !== null) throw new ServiceUnavailable(NOT_YET);
    const release = supergraph.hold();
    try {
      const operation = await admitText(asked, context.client);
      const { kind } = know(supergraph.current(), operation.text, operation.operationName);
      if (kind === OperationTypeNode.SUBSCRIPTION) return await subscriptions.open(operation, context);
      if (subscriptionsOnly) throw onlySubscriptions();
      return resultOf(await pipeline.answer(operation, context));
    } finally {
      release();
    }
  };
}

function onlySubscriptions(): GraphQLError {
  return new GraphQLError('Over GET, only subscriptions are answered with events.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
