import { parse, print } from 'graphql';
import type { PlannedOperation } from '../planning/planned-operation.ts';

/** A plan to be read by people: who made it, and its operations as people write them. */
export function readablePlan({ plan, plannedBy }: Pick<PlannedOperation, 'plan' | 'plannedBy'>): object {
  const spread = (key: string, value: unknown) =>
    key === 'operation' && typeof value === 'string' ? print(parse(value)) : value;
  return { plannedBy, ...JSON.parse(JSON.stringify(plan, spread)) };
}
