import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PlanningFailed } from '../../src/planning/planner.ts';
import { choicesFrom } from './choices.ts';
import { inAnyOrder } from './compare.ts';
import { dataOf, type Flaws } from './data.ts';
import { confusesApollosExecutor, knownDeviation } from './known-deviations.ts';
import { type AskedOperation, operationFrom } from './operations.ts';
import { differences, oracleOf, type PlannerName, unfounded, WAYS_TO_FAIL, withOutage } from './oracle.ts';
import { composed, NO_OVERRIDES, type PlannedWorld, plannedWorld } from './planned-world.ts';
import { sdlOf } from './sdl.ts';
import { type World, worldFrom } from './world.ts';

// How many worlds, and which. What fails is made smaller when asked for, which takes minutes.
const RUNS = Number(process.env.ORACLE_RUNS ?? 10);
const SEED = Number(process.env.ORACLE_SEED ?? 1);
const OPERATIONS = 8;

const numbers = (most: number) => fc.array(fc.nat(9_999), { minLength: 0, maxLength: most, size: 'max' });

const asking = fc.record({
  operation: numbers(250),
  data: fc.nat(),
  flaw: fc.constantFrom<'none' | 'few' | 'many'>('none', 'few', 'many'),
  isForgetful: fc.boolean(),
  outage: fc.record({ away: fc.nat(4), way: fc.constantFrom(...WAYS_TO_FAIL), nth: fc.nat(2) }),
});

type Asking = typeof asking extends fc.Arbitrary<infer T> ? T : never;

const caseOf = fc.record({
  world: numbers(250),
  asked: fc.array(asking, { minLength: OPERATIONS, maxLength: OPERATIONS }),
});

it(
  'answers what graphql-js answers on the merged schema, whichever planner plans',
  async () => {
    const count = { composed: 0, not: 0, valid: 0, not_valid: 0 };
    await fc.assert(
      fc.asyncProperty(caseOf, async ({ world: decisions, asked }) => {
        const world = worldFrom(choicesFrom(decisions));
        const result = composed(world);
        count['sdl' in result ? 'composed' : 'not'] += 1;
        if (!('sdl' in result)) return;
        const planned = plannedWorld(result.sdl);
        try {
          for (const asking of asked) count[(await expectRight(world, planned, asking)) ? 'valid' : 'not_valid'] += 1;
        } finally {
          await planned.close();
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: !process.env.ORACLE_SHRINK },
    );
    // What is skipped must not be the most of it.
    expect(count.composed).toBeGreaterThan(count.not);
    expect(count.valid).toBeGreaterThan(count.not_valid);
  },
  RUNS * 30_000,
);

async function expectRight(world: World, planned: PlannedWorld, asking: Asking): Promise<boolean> {
  const operation = operationFrom(choicesFrom(asking.operation), planned.supergraph.apiSchema);
  if (operation === null) return false;
  const oracle = oracleOf(world, planned);
  const subgraph = world.subgraphs[asking.outage.away % world.subgraphs.length] ?? '';
  const flaws: Flaws = {
    oneIn: { none: 0, few: 25, many: 9 }[asking.flaw],
    forgetfulSubgraph: asking.isForgetful ? subgraph : null,
  };
  const flawed = dataOf(world, asking.data, flaws);
  const sound = dataOf(world, asking.data, { oneIn: 0, forgetfulSubgraph: null });
  const truth = await oracle.truth(operation, flawed);

  for (const planner of ['auto', 'apollo'] as const) {
    const known = knownDeviation({ facts: planned.supergraph.facts, operation });
    const mayBeRefused = known === 'refused' && !(await canPlan(planned, planner, operation));
    if (mayBeRefused) continue;
    const found: string[] = [];
    if (known !== 'flaws') {
      found.push(...differences(truth, await oracle.answer(operation, flawed, { planner })));
    } else {
      found.push(
        ...differences(await oracle.truth(operation, sound), await oracle.answer(operation, sound, { planner })),
      );
    }
    const outage = { ...asking.outage, away: subgraph };
    const answer = await oracle.answer(operation, sound, { planner, between: withOutage(outage) });
    found.push(...(await unfounded(oracle, world, { operation, data: sound, answer, away: subgraph })));
    if (planner === 'apollo' && !confusesApollosExecutor(world)) {
      const [ours, theirs] = await Promise.all(
        (['shopgraph', 'apollo'] as const).map((engine) => oracle.answer(operation, sound, { planner, engine })),
      );
      const [told, said] = [inAnyOrder(ours?.data), inAnyOrder(theirs?.data)];
      if (told !== said) found.push(`Apollo's executor says of the same plan:\n  theirs ${said}\n  ours   ${told}`);
    }
    if (found.length > 0)
      throw new Error(report(world, { planner, operation, asking, plan: answer.planned.plan, found }));
  }
  return true;
}

async function canPlan(
  { planners }: PlannedWorld,
  planner: PlannerName,
  { document }: AskedOperation,
): Promise<boolean> {
  try {
    await planners[planner].plan(document, NO_OVERRIDES);
    return true;
  } catch (error) {
    if (error instanceof PlanningFailed) return false;
    throw error;
  }
}

function report(
  world: World,
  {
    found,
    operation,
    ...rest
  }: { found: string[]; operation: { text: string; variables: unknown }; [key: string]: unknown },
): string {
  const subgraphs = world.subgraphs.map((name) => `# ${name}\n${sdlOf(world, name)}`);
  return [...found, operation.text, JSON.stringify(operation.variables), JSON.stringify(rest), ...subgraphs].join('\n');
}
