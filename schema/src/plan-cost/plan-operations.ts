import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { operationFromDocument } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { supergraphOf } from '../base/read-supergraph.ts';
import { type CountedNode, costOf, type PlanCost } from './plan-cost.ts';

export interface PlanningRequest {
  supergraphSdl: string;
  /** Each with one operation and its fragments, valid for the supergraph. */
  operations: string[];
}

/** In the order of the operations. */
export type PlanningAnswer = ({ plan: { node?: unknown } } | { reason: string })[];

const PROGRAM = fileURLToPath(new URL('planning-process.ts', import.meta.url));

/**
 * Plans as the gateway does: with Hive's planner, and with Apollo's what Hive's cannot, or everything where there is no
 * binary of it. Null for an operation that neither can plan.
 */
export async function planCosts(request: PlanningRequest): Promise<(PlanCost | null)[]> {
  if (request.operations.length === 0) return [];
  const plans = await plansOfHive(request);
  const costs = request.operations.map((_operation, i) => {
    const planned = plans?.[i];
    return planned && 'plan' in planned ? costOf(planned.plan.node as CountedNode | undefined) : null;
  });
  if (!costs.includes(null)) return costs;
  const costOfApollo = await apolloCosts(request.supergraphSdl);
  return request.operations.map((operation, i) => costs[i] ?? costOfApollo(operation));
}

/** Null where its process came to a bad end, or could not begin. */
async function plansOfHive(request: PlanningRequest): Promise<PlanningAnswer | null> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
  // A process that has ended takes nothing any more; that it has is seen by its exit code.
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(request));
  const answer = await text(child.stdout);
  return (await ended) ? JSON.parse(answer) : null;
}

/** Loaded only where it is needed: that takes a while. */
async function apolloCosts(supergraphSdl: string): Promise<(operation: string) => PlanCost | null> {
  const { QueryPlanner } = await import('@apollo/query-planner');
  const supergraph = supergraphOf(supergraphSdl);
  const planner = new QueryPlanner(supergraph);
  const api = supergraph.apiSchema();
  return (operation) => {
    try {
      const { node } = planner.buildQueryPlan(operationFromDocument(api, parse(operation)));
      return costOf(node as CountedNode | undefined);
    } catch {
      return null;
    }
  };
}
