import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import type * as Hive from '@graphql-hive/router-query-planner';
import type { PlanningAnswer, PlanningRequest } from './plan-operations.ts';

/** Reads one request, writes the plans, and ends: a mistake in native code ends this process and no other. */
const { supergraphSdl, operations } = JSON.parse(await text(process.stdin)) as PlanningRequest;
const { QueryPlanner }: typeof Hive = createRequire(import.meta.url)('@graphql-hive/router-query-planner');
const planner = new QueryPlanner(supergraphSdl);
const answer: PlanningAnswer = operations.map((operation) => {
  try {
    return { plan: planner.plan(operation, null, new Set(), 100) };
  } catch (error) {
    return { reason: (error as Error).message };
  }
});
process.stdout.write(JSON.stringify(answer));
