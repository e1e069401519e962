import { BadUserInput } from '@shop/kernel';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { type ExecuteOperation, type Execution, toExecutionResult } from '../execution/engine.ts';
import type { ReadyOperation } from '../planning/planning.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { createEventSubgraph } from './event-subgraph.ts';

/** Answers one event, whose value is a subscription's root: `{ thingChanged: { … } }`. */
export type AnswerRoot = (root: Record<string, unknown>, context: RequestContext) => Promise<ExecutionResult>;

/** What a subscriber gets for an event: the value stands in for the plan's first fetch, the plan's others follow. */
export function prepareEventAnswers(
  supergraph: Supergraph,
  { plan: { node }, compiled }: ReadyOperation<ExecuteOperation>,
  { variables, call }: Pick<Execution, 'variables' | 'call'>,
): AnswerRoot {
  if (node?.kind !== 'Subscription') {
    throw new BadUserInput('query', 'The field of a subscription cannot be skipped.');
  }
  const subgraph = node.primary.serviceName;

  return async (root, context) => {
    const askEvent = createEventSubgraph({ supergraph, subgraph, call, root });
    const answer = await compiled({
      variables,
      context,
      call: (request, ...rest) =>
        request.kind === OperationTypeNode.SUBSCRIPTION ? askEvent(request, ...rest) : call(request, ...rest),
    });
    return toExecutionResult(answer);
  };
}
