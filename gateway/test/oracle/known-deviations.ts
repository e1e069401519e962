import { needsOf } from '../../src/planning/operation-needs.ts';
import type { SupergraphFacts } from '../../src/planning/supergraph-facts.ts';
import type { AskedOperation } from './operations.ts';
import type { World } from './world.ts';

interface Asked {
  facts: SupergraphFacts;
  operation: AskedOperation;
}

/**
 * What the gateway is known not to do. `refused`: two `@requires` of one field with different arguments cannot be
 * planned by Apollo's planner (docs/adr/0022), and what Hive's confuses is refused. `flaws`: where conditions had to be
 * taken off what a planner sees, a field that is not shown may fail, and take its parent along.
 */
export function knownDeviation({ facts, operation }: Asked): 'refused' | 'flaws' | null {
  if (needsOf(operation.document, facts).conflictingRequirements) return 'refused';
  const hasConditions = /@(skip|include)/.test(operation.text);
  return hasConditions && (facts.hasInterfaceObjects || facts.requirements.size > 0) ? 'flaws' : null;
}

/**
 * Apollo's executor gives up on objects in lists of lists: what several subgraphs tell of them is not put together, and
 * as parts of a representation they are null. Besides it has another order of keys where fragments on abstract types
 * meet, and other nulls where a subgraph sends null in place of what it promised.
 */
export function confusesApollosExecutor({ objects }: World): boolean {
  const fields = objects.flatMap((object) => object.fields);
  const required = new Set(fields.flatMap(({ requires = '' }) => requires.match(/\w+/g) ?? []));
  return fields.some(({ name, type }) => type.startsWith('[[') && (type.includes('V1') || required.has(name)));
}
