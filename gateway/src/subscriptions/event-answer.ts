import type { SubscriptionNode } from '@apollo/query-planner';
import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import { execute } from '../execution/execute.ts';
import type { SourcesOf } from '../execution/federated-gateway.ts';
import type { Operation } from '../execution/operation.ts';
import type { PlannedOperation } from '../planning/planned-operation.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { createEventDataSource } from './event-data-source.ts';

/** No subgraph can have this name. */
const EVENT = '(event)';

export interface EventAnswerOptions {
  supergraph: Supergraph;
  sourcesOf: SourcesOf;
  planned: PlannedOperation;
  plan: SubscriptionNode;
  operation: Operation;
}

/** What a subscriber gets for an event: the value stands in for the plan's first fetch, the plan's others follow. */
export function answerEvent(
  root: Record<string, unknown>,
  { supergraph, sourcesOf, planned, plan, operation }: EventAnswerOptions,
): Promise<GatewayExecutionResult> {
  const sources = sourcesOf(supergraph);
  const subgraph = plan.primary.serviceName;
  const source = sources[subgraph];
  if (source === undefined) throw new Error(`The plan names an unknown subgraph, ${subgraph}.`);
  const fromEvent = createEventDataSource({ supergraph, subgraph, source, root });
  const first = { ...plan.primary, serviceName: EVENT };
  const node = { kind: 'Sequence' as const, nodes: plan.rest ? [first, plan.rest] : [first] };
  const all = { planned, plan: { kind: 'QueryPlan' as const, node } };
  return execute({ supergraph, ...all, sources: { ...sources, [EVENT]: fromEvent } }, operation);
}
