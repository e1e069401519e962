import type { QueryPlan } from '@apollo/query-planner';
import type { Costed } from '../planning/plan-cache.ts';
import type { PlannedOperation } from '../planning/planned-operation.ts';
import type { ApolloPlan } from './execute.ts';

/** Conditions on the types along a path, which Apollo's executor does not know. */
const TYPE_CONDITION = /\|\[[\w,]*\]$/;

/**
 * A plan as Apollo's executor takes it. Without the conditions in its paths it also meets objects of other types, of
 * which the fetch may know nothing, but those make no representations.
 */
export function forApolloExecutor(planned: PlannedOperation): Costed<ApolloPlan> {
  const plan = JSON.parse(JSON.stringify(planned.plan), (key, value) =>
    key === 'path' && Array.isArray(value) ? value.map(withoutCondition) : value,
  ) as QueryPlan;
  return { value: { planned, plan }, bytes: 0 };
}

function withoutCondition(step: unknown): unknown {
  return typeof step === 'string' ? step.replace(TYPE_CONDITION, '') : step;
}
