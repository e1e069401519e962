import { basename } from 'node:path';
import { type GraphQLSchema, print, validate } from 'graphql';
import type { Base } from '../base/base.ts';
import type { PlanCost } from '../plan-cost/plan-cost.ts';
import { planCosts } from '../plan-cost/plan-operations.ts';
import type { RegisteredOperation } from '../registered-operations.ts';
import type { Finding, Section } from '../report/report.ts';
import { checkOperations } from './valid-operations.ts';

export interface OperationsAsked {
  operations: readonly RegisteredOperation[];
  api: GraphQLSchema;
  supergraphSdl: string;
  /** What they cost before is not said without. */
  base: Base | null;
  /** Says of every operation what it costs, and not only of those that cost more or less than before. */
  isWhole: boolean;
}

/** What registered operations cost now and before, and which cannot be run. */
export async function operationsSections(asked: OperationsAsked): Promise<Section[]> {
  const { operations, api, supergraphSdl, base, isWhole } = asked;
  const { valid, findings } = checkOperations(operations, api);
  const texts = valid.map(({ document }) => print(document));
  const isSame = base?.supergraphSdl === supergraphSdl;
  const [now, then] = await Promise.all([
    planCosts({ supergraphSdl, operations: texts }),
    base?.supergraphSdl && !isSame ? costsBefore(valid, texts, base.apiSchema, base.supergraphSdl) : null,
  ]);
  const before = isSame ? now : then;
  const costs = valid.map((operation, i) => costFinding(operation, now[i] ?? null, before?.[i] ?? null));
  const kept = isWhole ? costs : costs.filter(({ level }) => level !== 'notice');
  return [
    {
      title: 'Registered operations',
      summary: `${valid.length} of ${operations.length} can be run.`,
      findings,
    },
    {
      title: 'Plan cost',
      summary: base?.supergraphSdl
        ? `compared with ${base.label}; a hop is a request that waits for another.`
        : 'a hop is a request that waits for another; with a base it is compared.',
      findings: kept,
    },
  ];
}

/** The same operations in the schema before; null for those it did not know. */
async function costsBefore(
  operations: readonly RegisteredOperation[],
  texts: readonly string[],
  api: GraphQLSchema,
  supergraphSdl: string,
): Promise<(PlanCost | null)[]> {
  const known = operations.map(({ document }) => validate(api, document).length === 0);
  const costs = await planCosts({ supergraphSdl, operations: texts.filter((_text, i) => known[i]) });
  let next = 0;
  return known.map((isKnown) => (isKnown ? (costs[next++] ?? null) : null));
}

function costFinding(
  { file, name, hasPlace }: RegisteredOperation,
  now: PlanCost | null,
  before: PlanCost | null,
): Finding {
  const label = hasPlace ? basename(file) : name;
  const place = { file };
  if (now === null) {
    const message = `${label}: neither planner finds a way to answer it.`;
    return { level: 'error', rule: 'no-plan', message, place };
  }
  const data = { operation: name, now, before };
  const rose = before !== null && (now.hops > before.hops || now.fetches > before.fetches);
  const fell = before !== null && !rose && (now.hops < before.hops || now.fetches < before.fetches);
  const rule = rose ? 'plan-cost-rise' : 'plan-cost';
  const message = rose || fell ? `${label}: ${change(before, now)}` : `${label}: ${inWords(now)}`;
  return { level: rose ? 'warning' : 'notice', rule, message: `${message}`, place, data };
}

function change(before: PlanCost, now: PlanCost): string {
  return [
    now.hops === before.hops ? [] : [`${count(before.hops, 'hop')} → ${now.hops}`],
    now.fetches === before.fetches ? [] : [`${count(before.fetches, 'fetch', 'fetches')} → ${now.fetches}`],
  ]
    .flat()
    .join(', ');
}

function inWords({ hops, fetches }: PlanCost): string {
  return `${count(hops, 'hop')}, ${count(fetches, 'fetch', 'fetches')}`;
}

function count(n: number, one: string, many: string = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
