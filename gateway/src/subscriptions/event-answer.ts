import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import { BadUserInput } from '@shop/kernel';
import { OperationTypeNode } from 'graphql';
import { type ExecuteOperation, type Execution, toExecutionResult } from '../execution/engine.ts';
import type { ReadyOperation } from '../planning/planning.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { createEventSubgraph } from './event-subgraph.ts';

/** Answers one event, whose value is a subscription's root: `{ thingChanged: { … } }`. */
export type AnswerEvent = (root: Record<string, unknown>) => Promise<GatewayExecutionResult>;

/** What a subscriber gets for an event: the value stands in for the plan's first fetch, the plan's others follow. */
export function prepareEventAnswers(
  supergraph: Supergraph,
  { plan: { node }, compiled }: ReadyOperation<ExecuteOperation>,
  { call, ...execution }: Execution,
): AnswerEvent {
  if (node?.kind !== 'Subscription') {
    throw new BadUserInput('query', 'The field of a subscription cannot be skipped.');
  }
  const subgraph = node.primary.serviceName;

  return async (root) => {
    const askEvent = createEventSubgraph({ supergraph, subgraph, call, root });
    const answer = await compiled({
      ...execution,
      call: (request, context) =>
        request.kind === OperationTypeNode.SUBSCRIPTION ? askEvent(request, context) : call(request, context),
    });
    return toExecutionResult(answer);
  };
}
