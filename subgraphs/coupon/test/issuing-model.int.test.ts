import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import fc from 'fast-check';
import { anything, reconcile } from './issuing-commands.ts';
import { aModel, aReal, isRebuilt, type Model, type Processes, type Real, startProcesses } from './issuing-model.ts';
import { startWorld, type World } from './world.ts';

/** MODEL_RUNS=1000 looks longer; a failure prints its seed and path, which go into MODEL_SEED and MODEL_PATH. */
const { MODEL_RUNS = '20', MODEL_SEED, MODEL_PATH } = process.env;
const RUN_MS = 5_000;

let world: World;
let processes: Processes;

beforeAll(async () => {
  // Its own reconciling stays out of the way.
  world = await startWorld({ env: { GRANT_SWEEP_MS: '3600000' } });
  processes = await startProcesses(world);
});

afterAll(async () => {
  await processes.close();
  await world.close();
});

/** Everybody is back, and everything that was under way is settled. */
async function settle(model: Model, real: Real): Promise<void> {
  for (const { mend } of processes.wires) mend();
  for (const { redis } of processes.issuers) await eventually(() => expect(redis.ready()).toBeNull());
  model.away.clear();
  // A process that is still making the keys anew has the lock, and may have to give up: then it is done here.
  await eventually(async () => {
    await processes.rebuild(real.eventId);
    isRebuilt(model);
    await reconcile.run(model, real);
    const stock = await processes.redis.get(`event:{${real.eventId}}:stock`);
    expect(Number(stock)).toBe(model.total - model.coupons.size);
  });
  await eventually(async () => {
    const told = await world.published(`coupon.soldout.${real.eventId}`);
    expect(new Set(told.map(({ aggregateversion }) => aggregateversion)).size).toBe(model.sellOuts);
    expect(told).toHaveLength(model.sellOuts);
  });
  // Out of the reconciler's sight in later runs.
  await world.rows(
    `UPDATE coupon_events SET starts_at = starts_at - INTERVAL 1 DAY, ends_at = ends_at - INTERVAL 1 DAY WHERE id = ?`,
    [real.eventId],
  );
}

it(
  'issues as the model says, whatever happens to processes, keys and wires',
  async () => {
    const property = fc.asyncProperty(
      ...[fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 2 })],
      fc.commands(anything, { maxCommands: 20, size: 'max' }),
      async (total, perUser, commands) => {
        const model = aModel(total, perUser);
        const real = await aReal(world, processes, model);
        try {
          await fc.asyncModelRun(() => ({ model, real }), commands);
          await settle(model, real);
        } finally {
          for (const { mend } of processes.wires) mend();
        }
      },
    );
    await fc.assert(property, {
      numRuns: Number(MODEL_RUNS),
      ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED) }),
      ...(MODEL_PATH !== undefined && { path: MODEL_PATH }),
    });
  },
  Number(MODEL_RUNS) * RUN_MS,
);
